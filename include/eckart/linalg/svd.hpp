#pragma once

#include <string_view>

#include "eckart/core/matrix.hpp"

#pragma GCC visibility push(default)

namespace eckart::linalg {

/// A = U diag(s) Vt with k = min(m, n).
template <class T>
struct Svd {
    Matrix<T> u;   ///< (m, k), orthonormal columns
    Vector<T> s;   ///< (k), singular values: s1 >= s2 >= ... >= 0
    Matrix<T> vt;  ///< (k, n), orthonormal rows
};

/// Thin singular value decomposition of `a` (m, n); m or n may be 0.
///
/// LAPACK's divide and conquer (gesdd), and QR iteration (gesvd) where that does not converge. About
/// 6 m n k + 20 k^3 flops (Golub and Van Loan 2013, 8.6) and 2 m n + 4 k^2 entries of extra memory. Entries
/// are scaled by a power of two first, so that neither overflow nor underflow occurs inside. |A - U diag(s)
/// Vt|_F is of order k eps |A|_F. `name` stands for the matrix in errors. Throws NumericalError when entries
/// are NaN or infinite (their number is named), when no algorithm converges, or when a singular value exceeds
/// the range of T; InvalidArgument when LAPACK's 32-bit workspace would overflow (k > 20,000).
template <class T>
Svd<T> thin_svd(const Matrix<T>& a, std::string_view name = "matrix");

/// The singular values of thin_svd() alone, in the place of `a`: about 4 m n k - 4/3 k^3 flops and some
/// hundred k entries of extra memory. Throws as thin_svd().
template <class T>
Vector<T> singular_values(Matrix<T> a, std::string_view name = "matrix");

/// Throws NumericalError with `name` and the number of entries of `a` that are NaN or infinite, if any.
template <class T>
void require_finite(const Matrix<T>& a, std::string_view name);

}  // namespace eckart::linalg

#pragma GCC visibility pop
