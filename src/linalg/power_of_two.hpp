#pragma once

#include <cmath>
#include <cstdlib>
#include <limits>

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

/// The same in place, since `a` may be most of the memory that there is.
template <class T>
void scale_by_power_of_two(Matrix<T>& a, int exponent) {
    if (exponent == 0) return;
    if (std::abs(exponent) < std::numeric_limits<T>::max_exponent - 2) {
        a *= std::ldexp(T(1), exponent);
        return;
    }
    // The factor itself would leave the range of T.
    const int half = exponent / 2;
    a *= std::ldexp(T(1), half);
    a *= std::ldexp(T(1), exponent - half);
}

}  // namespace eckart::linalg
