#include "probe/program/line_protocol.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <system_error>

#include "probe/program/child_process.hpp"

namespace eckart::probe {
namespace {

constexpr Eigen::Index kNumbersShown = 4;
constexpr std::size_t kAnswerShown = 60;
constexpr std::string_view kBlanks = " \t\r";

std::string_view trimmed(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(kBlanks);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(kBlanks) + 1 - begin);
}

/// Whether a number that no double can hold is too small, and not too large: its exponent is negative, or
/// where it has none, it begins with zero.
bool too_small(std::string_view number) {
    const std::size_t exponent = number.find_first_of("eE");
    if (exponent != std::string_view::npos) return number.substr(exponent + 1).starts_with('-');
    return number.substr(number.starts_with('-') ? 1 : 0).starts_with('0');
}

}  // namespace

std::string shortest(double value) {
    std::array<char, 32> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    return {digits.data(), end};
}

std::string joined(const MatrixD& points, Eigen::Index row, char separator) {
    std::string line;
    for (Eigen::Index i = 0; i < points.cols(); ++i) {
        if (i > 0) line += separator;
        line += shortest(points(row, i));
    }
    return line;
}

std::string short_point(const MatrixD& points, Eigen::Index row) {
    std::string text = "(";
    for (Eigen::Index i = 0; i < std::min(points.cols(), kNumbersShown); ++i)
        text += fmt::format("{}{:.6g}", i > 0 ? ", " : "", points(row, i));
    return points.cols() <= kNumbersShown ? text + ")"
                                          : text + fmt::format(", ... {} numbers)", points.cols());
}

Answer parse_answer(std::string_view line) {
    const std::string_view text = trimmed(line);
    if (text.empty()) return {0, "answered with an empty line"};
    const char* const begin =
        text.data() + (text.front() == '+' && text.size() > 1 && text[1] != '-' ? 1 : 0);
    const char* const end = text.data() + text.size();
    Answer answer;
    const auto [rest, error] = std::from_chars(begin, end, answer.value);
    const std::string quoted = shown(text, kAnswerShown);
    if (error == std::errc::invalid_argument) {
        answer.fault = fmt::format("answered '{}', which is not a number", quoted);
    } else if (rest != end) {
        const bool several = kBlanks.find(*rest) != std::string_view::npos || *rest == ',' || *rest == ';';
        answer.fault = fmt::format("answered '{}', which is {}", quoted,
                                   several ? "more than one number" : "not a number");
    } else if (error != std::errc{} && too_small({begin, static_cast<std::size_t>(end - begin)})) {
        answer.value = 0;
    } else if (error != std::errc{}) {
        answer.fault = fmt::format("answered '{}', which is beyond the range of a double", quoted);
    } else if (!std::isfinite(answer.value)) {
        answer.fault = fmt::format("answered '{}', which is not finite", quoted);
    }
    return answer;
}

}  // namespace eckart::probe
