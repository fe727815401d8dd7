#pragma once

#include <string_view>

#include "eckart/core/matrix.hpp"

#pragma GCC visibility push(default)

namespace eckart::linalg {

/// A = Q diag(values) Qt.
template <class T>
struct SymmetricEigen {
    Vector<T> values;   ///< (n), ascending
    Matrix<T> vectors;  ///< (n, n), orthonormal columns: A vectors.col(i) = values[i] vectors.col(i)
};

/// Eigen-decomposition of the symmetric `a` (n, n), n may be 0, by divide and conquer (LAPACK's syevd). About
/// 9 n^3 flops and 3 n^2 entries of extra memory. |A - Q diag(values) Qt|_F is of order n eps |A|_F. Only the
/// lower triangle is read; call require_symmetric() where the other may differ. `name` stands for the matrix
/// in errors. Throws InvalidArgument unless it is square and n <= 20,000; NumericalError when entries are
/// NaN or infinite, or LAPACK does not converge.
template <class T>
SymmetricEigen<T> symmetric_eigen(const Matrix<T>& a, std::string_view name = "matrix");

/// Throws InvalidArgument unless `a` is square and |A - At|_F <= tolerance |A|_F, naming shape or asymmetry.
template <class T>
void require_symmetric(const Matrix<T>& a, double tolerance, std::string_view name = "matrix");

}  // namespace eckart::linalg

#pragma GCC visibility pop
