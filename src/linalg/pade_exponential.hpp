#pragma once

#include <string_view>

#include "eckart/core/matrix.hpp"

namespace eckart::linalg {

/// exp(2^-s A).
template <class T>
struct ScaledExponential {
    Matrix<T> value;
    int squarings = 0;  ///< s: how often the value is to be squared
    int order = 0;      ///< of the Pade approximant
};

/// The numerator's coefficients b_0 ... b_m of the diagonal Pade approximant of order m in {3, 5, 7, 9, 13};
/// the denominator's are the same with alternating signs. Scaled to integers.
const double* pade_coefficients(int order);

/// Scales the square `a` and evaluates the Pade approximant, both chosen for the unit roundoff of T. `a`
/// holds no NaN or infinite entry and is not empty. Throws NumericalError when the denominator is singular.
template <class T>
ScaledExponential<T> scaled_exponential(const Matrix<T>& a, std::string_view name);

/// Throws InvalidArgument unless `a` is square and small enough, NumericalError when entries are not finite.
template <class T>
void check_exponential_input(const Matrix<T>& a, std::string_view name);

/// Throws NumericalError naming `a` and its norm unless all entries of `result`, made from it, are finite.
template <class T>
void require_exponential_in_range(const Matrix<T>& result, const Matrix<T>& a, std::string_view name);

}  // namespace eckart::linalg
