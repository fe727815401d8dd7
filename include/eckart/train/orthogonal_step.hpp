#pragma once

#include "eckart/core/matrix.hpp"

#pragma GCC visibility push(default)

namespace eckart::train {

/// |Ut U - I|_F, summed in double: 0 for orthonormal columns.
template <class T>
double orthogonality_drift(const Matrix<T>& u);

/// A larger |Ut U - I|_F makes geodesic_step() replace U by the Q of its QR decomposition first.
inline constexpr double kLargestDrift = 1e-3;
/// A longer step, in radians, has lost its direction to rounding: geodesic_step() refuses it.
inline constexpr double kLongestStep = 1e3;

/// U <- exp(K) U, K (n, n) skew: the geodesic of the Stiefel manifold under its canonical metric that leaves
/// U in the direction Delta = D - U sym(Ut D), the tangent part of D. With H = Ut D, S = skew(H) and
/// N = D - U H, the exponential acts inside the span of [U N], at most min(n, 2r) wide:
///   exp(K) U = U X + N Z,   [X; Z] = exp([S, -Nt N; I, 0]) [I; 0].
/// For |D|_F <= 1, X and Z come from their power series, cut where its terms are below eps / 8; beyond, from
/// the exponential of the skew matrix [S, -Rt; R, 0], Rt R = Nt N, in double. N is never formed.
/// `u` (n, r) has orthonormal columns, r <= n; `step` (n, r) is D, the learning rate included. A step of
/// zeros changes no bit. Returns false, and leaves `u` as it was, for a step or a U that is not finite and
/// for a step longer than kLongestStep.
/// 10 n r^2 flops and 4 r^3 for each term of the series, and about 3 n r entries of extra memory. Each call
/// also removes the drift that the rounding of the last one left, U (I - E / 2) for Ut U = I + E, so that
/// |E|_F stays below 4 (r + 1) eps however many steps follow each other. T is float or double. Throws
/// InvalidArgument when shapes do not fit.
/// A. Edelman, T. A. Arias, S. T. Smith: The geometry of algorithms with orthogonality constraints. SIAM
/// Journal on Matrix Analysis and Applications 20(2), 1998, section 2.4.2 and equation 2.42.
template <class T>
bool geodesic_step(Matrix<T>& u, const Matrix<T>& step);

}  // namespace eckart::train

#pragma GCC visibility pop
