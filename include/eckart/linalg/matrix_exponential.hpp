#pragma once

#include <string_view>

#include "eckart/core/matrix.hpp"

#pragma GCC visibility push(default)

namespace eckart::linalg {

/// exp(A) = I + A + A^2/2! + A^3/3! + ... for any real `a` (n, n); n may be 0. T is float or double.
///
/// Scaling and squaring: exp(A) = r(2^-s A)^(2^s) with the diagonal Pade approximant r of order 3, 5, 7, 9 or
/// 13. Order and s follow from the norms of powers of A, so that a large |A| whose powers are small costs no
/// needless squarings, each of which doubles the rounding error. Triangular matrices keep the exact
/// exponentials on their diagonal. float is computed in double and rounded once. At most 6 products, one LU
/// solve and s products, 2 n^3 flops each: (15 + 2 s) n^3 with s about log2(|A| / 4), and about 10 n^2
/// entries of extra memory. |X - exp(A)|_F is of order n eps cond(A) |exp(A)|_F, where cond(A) is
/// expm_condition(): from 1e16 on no digit is left, and the result may seem to overflow. `name` stands for
/// the matrix in errors. Throws InvalidArgument unless `a` is square and n <= 46,340; NumericalError when
/// entries are NaN or infinite (their number is named) or the result exceeds the range of T (the norm of A is
/// named). Reference: Al-Mohy and Higham, A new scaling and squaring algorithm for the matrix exponential,
/// SIAM J. Matrix Anal. Appl. 31(3), 2009, 970-989, algorithm 5.1.
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

template <class T>
struct ExponentialDerivative {
    Matrix<T> exponential;  ///< exp(A)
    Matrix<T> derivative;   ///< L(A, E)
};

/// exp(A) and its Frechet derivative L(A, E) = d/dt exp(A + t E) at t = 0, for `a` and the direction `e`,
/// both (n, n). L is linear in E, and its adjoint in the Frobenius inner product is E -> L(At, E) = L(A,
/// Et)t.
///
/// The Pade approximant is differentiated along with its scaling and squaring: L of the square is X L + L X.
/// Order and scaling follow from |A|_1. About 3 times the flops of expm(), computed in double, and 20 n^2 + s
/// n^2 entries of extra memory. |L - L(A, E)|_F is of order n eps times the condition number of L, which is
/// at least that of exp(A). Throws as expm(), InvalidArgument when the shapes differ. Reference: Al-Mohy and
/// Higham, Computing the Frechet derivative of the matrix exponential, with an application to condition
/// number estimation, SIAM J. Matrix Anal. Appl. 30(4), 2009, 1639-1657, algorithm 6.4.
template <class T>
ExponentialDerivative<T> expm_frechet(const Matrix<T>& a, const Matrix<T>& e,
                                      std::string_view name = "matrix");

/// The relative condition number of exp at `a` (n, n) in the Frobenius norm: the largest |L(A, E)|_F / |E|_F,
/// times |A|_F / |exp(A)|_F. A relative change of A by a small d changes exp(A) by at most cond(A) d. At
/// least |A|_F / sqrt(n), with equality for skew matrices; 0 for A = 0 and n = 0.
///
/// A lower bound, by the power method on L and its adjoint, which ends when an iteration raises it by less
/// than 1e-4 of itself, or after 100: within 1 % unless the two largest singular values of L nearly coincide,
/// and then hardly less. Two derivatives per iteration. Throws as expm(), and NumericalError when exp(A) is
/// zero in double. Reference: as expm_frechet(), section 7; Higham, Functions of Matrices, 2008,
/// algorithm 3.20.
template <class T>
double expm_condition(const Matrix<T>& a, std::string_view name = "matrix");

}  // namespace eckart::linalg

#pragma GCC visibility pop
