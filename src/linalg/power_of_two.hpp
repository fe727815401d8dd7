#pragma once

#include <cmath>

#include "eckart/core/matrix.hpp"

namespace eckart::linalg {

/// The smallest e with all entries of `a` at most 2^e in size; 0 for a zero or empty matrix.
template <class T>
int exponent_of(const Matrix<T>& a) {
    int exponent = 0;
    if (a.size() > 0) std::frexp(a.cwiseAbs().maxCoeff(), &exponent);
    return exponent;
}

/// 2^exponent A, entry by entry: exact up to under- and overflow, for any exponent.
template <class T>
Matrix<T> times_power_of_two(const Matrix<T>& a, int exponent) {
    return a.unaryExpr([exponent](T x) { return std::ldexp(x, exponent); });
}

}  // namespace eckart::linalg
