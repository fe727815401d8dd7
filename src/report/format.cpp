#include "report/format.hpp"

#include <fmt/core.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace eckart::report {
namespace {

constexpr const char* kNoBreakSpace = "\u00a0";

}  // namespace

std::string percent(double fraction, int digits) {
    return fmt::format("{:.{}f}{}%", 100 * fraction, digits, kNoBreakSpace);
}

std::string points(double difference) {
    const std::string number = fmt::format("{:.1f}", 100 * std::abs(difference));
    return number + kNoBreakSpace + (number == "1.0" ? "point" : "points");
}

std::string whole(std::int64_t value) {
    std::string digits = std::to_string(value < 0 ? -value : value);
    for (std::size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, 1, ',');
    return value < 0 ? "-" + digits : digits;
}

std::string short_count(double value) {
    constexpr std::array<const char*, 4> kUnits{"", "k", "M", "G"};
    std::size_t unit = 0;
    while (value >= 999.5 && unit + 1 < kUnits.size()) {
        value /= 1000;
        ++unit;
    }
    if (unit == 0) return fmt::format("{:.0f}", value);
    return fmt::format("{}{}{}", significant(value, 3), kNoBreakSpace, kUnits[unit]);
}

std::string bytes(std::int64_t value) {
    return short_count(static_cast<double>(value)) + (value < 1000 ? kNoBreakSpace : "") + "B";
}

std::string seconds(double value) {
    if (value >= 90) {
        const auto all = std::llround(value);
        return fmt::format("{0}{2}min {1}{2}s", all / 60, all % 60, kNoBreakSpace);
    }
    if (value < 1e-3) return significant(value * 1e6, 3) + kNoBreakSpace + "µs";
    if (value < 1) return significant(value * 1e3, 3) + kNoBreakSpace + "ms";
    return significant(value, 3) + kNoBreakSpace + "s";
}

std::string times(double factor) {
    return significant(factor, factor >= 0.995 && factor < 1.995 ? 3 : 2) + "×";
}

std::string significant(double value, int digits) {
    if (value == 0 || !std::isfinite(value)) return fmt::format("{:.0f}", value);
    const int magnitude = static_cast<int>(std::floor(std::log10(std::abs(value))));
    return fmt::format("{:.{}f}", value, std::clamp(digits - 1 - magnitude, 0, 12));
}

std::string scientific(double value) {
    const double size = std::abs(value);
    if (!std::isfinite(value) || value == 0 || (size >= 1e-3 && size < 1e5)) return significant(value, 3);
    std::string text = fmt::format("{:.2e}", value);
    // "1.23e-09" to "1.23e-9".
    const std::size_t exponent = text.find('e') + 1;
    if (text[exponent] == '+') text.erase(exponent, 1);
    const std::size_t digits = text.find_first_of("0123456789", exponent);
    if (text[digits] == '0' && digits + 1 < text.size()) text.erase(digits, 1);
    return text;
}

std::string plural(std::int64_t count, const std::string& noun) {
    return whole(count) + kNoBreakSpace + noun + (count == 1 ? "" : "s");
}

std::string escape_html(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    for (const char c : text) {
        switch (c) {
            case '&':
                result += "&amp;";
                break;
            case '<':
                result += "&lt;";
                break;
            case '>':
                result += "&gt;";
                break;
            case '"':
                result += "&quot;";
                break;
            case '\'':
                result += "&#39;";
                break;
            default:
                result += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
        }
    }
    return result;
}

std::string base64(std::string_view bytes) {
    std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');  // EVP_EncodeBlock adds a NUL
    const int length =
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                        reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
    text.resize(static_cast<std::size_t>(length));
    return text;
}

}  // namespace eckart::report
