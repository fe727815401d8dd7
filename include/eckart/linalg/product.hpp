#pragma once

#include "eckart/core/matrix.hpp"

#pragma GCC visibility push(default)

namespace eckart::linalg {

/// A B for a (m, k) and b (k, n), by BLAS, or by oneDNN for 16 to 256 rows of float and a large b, on all
/// threads; 2 m n k flops. T is float or double. Throws InvalidArgument when the inner sizes differ,
/// BackendError where oneDNN fails.
template <class T>
Matrix<T> multiply(const Matrix<T>& a, const Matrix<T>& b);

/// At B for a (k, m) and b (k, n), as multiply().
template <class T>
Matrix<T> multiply_tn(const Matrix<T>& a, const Matrix<T>& b);

/// A Bt for a (m, k) and b (n, k), as multiply().
template <class T>
Matrix<T> multiply_nt(const Matrix<T>& a, const Matrix<T>& b);

/// |A|_F, summed in double.
template <class T>
double frobenius_norm(const Matrix<T>& a);

/// |A - B|_F, summed in double, for equal shapes.
template <class T>
double frobenius_distance(const Matrix<T>& a, const Matrix<T>& b);

}  // namespace eckart::linalg

#pragma GCC visibility pop
