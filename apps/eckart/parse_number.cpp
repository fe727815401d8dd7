#include "parse_number.hpp"

#include <fmt/core.h>

#include <charconv>
#include <cmath>
#include <limits>

#include "eckart/core/error.hpp"

namespace eckart::cli {
namespace {

[[noreturn]] void refuse(std::string_view what, std::string_view text, const std::string& expected) {
    throw InvalidArgument(fmt::format("{} must be {}, got '{}'", what, expected, text));
}

// from_chars alone takes "007", which some readers would take as octal.
bool has_leading_zero(std::string_view text) {
    if (text.starts_with('-')) text.remove_prefix(1);
    return text.size() > 1 && text[0] == '0' && text[1] >= '0' && text[1] <= '9';
}

template <class T>
bool parse_whole(std::string_view text, T& value) {
    const char* end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, value);
    return error == std::errc{} && stopped == end && !has_leading_zero(text) && text != "-0";
}

std::string integer_range(std::int64_t low, std::int64_t high) {
    if (high == std::numeric_limits<std::int64_t>::max())
        return fmt::format("a whole number of at least {}", low);
    return fmt::format("a whole number from {} to {}", low, high);
}

}  // namespace

std::int64_t parse_integer(std::string_view what, std::string_view text, std::int64_t low,
                           std::int64_t high) {
    std::int64_t value = 0;
    if (!parse_whole(text, value) || value < low || value > high)
        refuse(what, text, integer_range(low, high));
    return value;
}

std::uint64_t parse_unsigned(std::string_view what, std::string_view text) {
    std::uint64_t value = 0;
    if (!parse_whole(text, value)) refuse(what, text, "a whole number from 0 to 18446744073709551615");
    return value;
}

double parse_real(std::string_view what, std::string_view text, double low, double high) {
    double value = 0;
    const bool plain = text.find_first_not_of("0123456789.eE+-") == std::string_view::npos;
    if (!plain || !parse_whole(text, value) || !std::isfinite(value) || !(value >= low && value <= high)) {
        refuse(what, text, fmt::format("a number from {} to {}", low, high));
    }
    return value;
}

std::uint64_t parse_bytes(std::string_view what, std::string_view text) {
    constexpr std::string_view kUnits = "kMGT";
    std::string_view number = text;
    double unit = 1;
    if (!number.empty()) {
        const std::size_t place = kUnits.find(number.back() == 'K' ? 'k' : number.back());
        if (place != std::string_view::npos) {
            unit = std::pow(1000.0, static_cast<double>(place + 1));
            number.remove_suffix(1);
        }
    }
    double value = 0;
    const bool plain = number.find_first_not_of("0123456789.") == std::string_view::npos;
    if (!plain || !parse_whole(number, value) || !(value * unit >= 1 && value * unit <= 1e18))
        refuse(what, text, "a number of bytes such as 500M or 2G");
    return static_cast<std::uint64_t>(value * unit);
}

std::vector<std::int64_t> parse_integer_list(std::string_view what, std::string_view text, std::int64_t low,
                                             std::int64_t high) {
    std::vector<std::int64_t> values;
    std::size_t begin = 0;
    while (true) {
        const std::size_t comma = text.find(',', begin);
        const bool last = comma == std::string_view::npos;
        values.push_back(parse_integer(
            what, text.substr(begin, last ? std::string_view::npos : comma - begin), low, high));
        if (last) return values;
        begin = comma + 1;
    }
}

}  // namespace eckart::cli
