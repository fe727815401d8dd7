#pragma once

#include <vector>

#include "eckart/core/matrix.hpp"

namespace eckart::linalg {

/// |A|_1, the largest sum of the absolute values of a column; 0 when A is empty.
template <class T>
double one_norm(const Matrix<T>& a);

/// A lower bound of |F_1 F_2 ... |_1 for square `factors` of one size, nearly always within a factor of 3,
/// from about five products of each factor with a vector (LAPACK's lacn2). Reference: Higham, FORTRAN codes
/// for estimating the one-norm of a real or complex matrix, ACM Transactions on Mathematical Software 14(4),
/// 1988, 381-396.
template <class T>
double one_norm_estimate(const std::vector<const Matrix<T>*>& factors);

/// log2 of | |A|^power |_1, exact: the entries of |A| are not negative, so it is the largest entry of
/// (|A|t)^power applied to a vector of ones. -infinity when it is zero. 2 power n^2 flops.
template <class T>
double log2_one_norm_of_power_of_absolute(const Matrix<T>& a, int power);

}  // namespace eckart::linalg
