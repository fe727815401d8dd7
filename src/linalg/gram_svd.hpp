#pragma once

#include <string_view>

#include "eckart/linalg/svd.hpp"

namespace eckart::linalg {

/// X Xt for x (m, n), or Xt X where `of_columns`: (k, k), lower triangle, accumulated in double over blocks
/// of x that are converted one at a time. k^2 n flops.
template <class T>
MatrixD gram_matrix(const Matrix<T>& x, bool of_columns);

/// X Yt for x (l, n) and y (k, n), accumulated in the same way. 2 l k n flops.
template <class T>
MatrixD products_of_rows(const Matrix<T>& x, const Matrix<T>& y);

/// The SVD of A restricted to the span of `basis`, whose columns are orthonormal: that of A Q Qt, A (m, n)
/// and Q (n, r), where `of_columns`, else that of Q Qt A, Q (m, r). One product and the SVD of an (m, r) or
/// (r, n) matrix.
template <class T>
Svd<T> restricted_svd(const Matrix<T>& a, const Matrix<T>& basis, bool of_columns, std::string_view name);

/// Largest k whose k^2 entries LAPACK can count in 32 bits.
constexpr Eigen::Index kLargestGramSide = 46'340;

struct GramSvd {
    Svd<float> svd;
    double left_out = 0;  ///< sum of the squares of the other singular values
};

/// The `rank` leading singular values and vectors of `a` (m, n) by the eigenvectors of the Gram matrix of its
/// smaller side. Entries of `a` are at most 1 in size. Throws InvalidArgument when that side is above
/// kLargestGramSide.
GramSvd gram_svd(const Matrix<float>& a, Eigen::Index rank, std::string_view name);

}  // namespace eckart::linalg
