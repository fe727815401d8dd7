#pragma once

#include <string_view>

#include "eckart/core/matrix.hpp"

namespace eckart::linalg {

/// exp(A) = I + A + A^2/2! + A^3/3! + ... for any real `a` (n, n); n may be 0. T is float or double.
///
/// Scaling and squaring: exp(A) = r(2^-s A)^(2^s) with the diagonal Pade approximant r of order 3, 5, 7, 9 or
/// 13. Order and s follow from the norms of powers of A, so that a large |A| whose powers are small costs no
/// needless squarings, each of which doubles the rounding error. Triangular matrices keep the exact
/// exponentials on their diagonal. float is computed in double and rounded once. At most 7 products, one LU
/// solve and s products, 2 n^3 flops each: (15 + 2 s) n^3 with s about log2(|A| / 4), and about 10 n^2
/// entries of extra memory. |X - exp(A)|_F is of order n eps cond(A) |exp(A)|_F, where cond(A), at least
/// |A|, is expm_condition(). `name` stands for the matrix in errors. Throws InvalidArgument unless `a` is
/// square and n <= 46,340; NumericalError when entries are NaN or infinite (their number is named) or the
/// result exceeds the range of T (the norm of A is named).
/// Reference: Al-Mohy and Higham, A new scaling and squaring algorithm for the matrix exponential, SIAM J.
/// Matrix Anal. Appl. 31(3), 2009, 970-989, algorithm 5.1.
template <class T>
Matrix<T> expm(const Matrix<T>& a, std::string_view name = "matrix");

/// exp(A) = Q diag(exp(values)) Qt for a symmetric `a` (n, n); the result is symmetric to the last bit and
/// positive semidefinite up to rounding. About 11 n^3 flops and 4 n^2 entries of extra memory. |X -
/// exp(A)|_F is of order n eps max(1, |A|_2) |exp(A)|_F. Throws as expm(), and InvalidArgument naming the
/// asymmetry when |A - At|_F > 4 n eps |A|_F.
template <class T>
Matrix<T> expm_symmetric(const Matrix<T>& a, std::string_view name = "matrix");

/// exp(A) for a skew-symmetric `a` (n, n), At = -A: a rotation, orthogonal to working precision whatever the
/// norm of A: |Xt X - I|_F is of order n eps.
///
/// The diagonal Pade approximant of a skew matrix is orthogonal in exact arithmetic. What rounding and
/// squaring lose is restored by X <- X (3 I - Xt X) / 2, which squares the distance to the orthogonal
/// matrices (Higham, Functions of Matrices, 2008, 8.3), after every 8 squarings and at the end. Computed in
/// T throughout. As expm() plus 4 n^3 flops. |X - exp(A)|_F is of order n eps max(1, |A|_2) sqrt(n). Throws
/// as expm(), and InvalidArgument naming the asymmetry when |A + At|_F > 4 n eps |A|_F.
template <class T>
Matrix<T> expm_skew(const Matrix<T>& a, std::string_view name = "matrix");

}  // namespace eckart::linalg
