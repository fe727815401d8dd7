#pragma once

#include <string>
#include <string_view>

#include "eckart/core/matrix.hpp"

namespace eckart::probe {

/// The shortest decimal that gives `value` back, in the C locale.
std::string shortest(double value);

/// The numbers of a row in this form.
std::string joined(const MatrixD& points, Eigen::Index row, char separator);

/// "(0.1, -0.25, 0.5, 1, ... 30 numbers)"
std::string short_point(const MatrixD& points, Eigen::Index row);

/// What a line (without its break) holds: a finite number, or a sentence's end that says what is wrong, such
/// as "answered 'abc', which is not a number".
struct Answer {
    double value = 0;
    std::string fault;  ///< empty when all is well
};
Answer parse_answer(std::string_view line);

}  // namespace eckart::probe
