#pragma once

#include "eckart/core/matrix.hpp"

#pragma GCC visibility push(default)

namespace eckart::linalg {

/// A = Q R with k = min(m, n).
template <class T>
struct Qr {
    Matrix<T> q;  ///< (m, k), orthonormal columns
    Matrix<T> r;  ///< (k, n), zero below the diagonal
};

/// Thin QR decomposition of `a` (m, n) by Householder reflections (LAPACK's gelqf on the transposed storage).
/// 2 m n k - 2/3 k^3 flops, twice. Throws NumericalError when LAPACK fails.
template <class T>
Qr<T> thin_qr(const Matrix<T>& a);

}  // namespace eckart::linalg

#pragma GCC visibility pop
