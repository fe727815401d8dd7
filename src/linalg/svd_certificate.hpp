#pragma once

#include "eckart/core/matrix.hpp"
#include "eckart/core/rng.hpp"
#include "linalg/ritz_space.hpp"
#include "linalg/small_side.hpp"

namespace eckart::linalg {

/// What a RitzSpace is good for.
struct RitzCertificate {
    double squared_error = 0;  ///< |A - A_r|_F^2 of the r leading Ritz vectors
    bool holds = false;        ///< the excess is certified to be within the tolerance
    double excess = 0;         ///< then an upper bound of it
};

struct CertificateOptions {
    Eigen::Index rank = 0;   ///< r, 1 <= r <= l
    double tolerance = 0.1;  ///< the excess to certify
    double energy = 0;       ///< |A|_F^2
};

/// Rayleigh and Ritz on `space`, and an upper bound of |A - A_r|_F over the optimum, minus 1, that is wrong
/// with a probability below 2e-11 over `rng`, whatever A and the space are, as long as the space does not
/// depend on `rng`. docs/maths/truncated-svd.md derives it. 32 random vectors, at most 16 times there and
/// back; none where the space is plainly too poor. About 3 l^2 k + l^2 h + 15 l^3 flops besides.
template <class T>
RitzCertificate certify(SmallSide<T>& side, const RitzSpace<T>& space, const CertificateOptions& options,
                        Rng rng);

/// Smallest f for which a sum of squares of k independent normal vectors' forms, g_1t P g_1 + ... + g_kt P
/// g_k with P positive semidefinite, is below k tr(P) / f with a probability of at most `failure`, by
/// Chernoff's bound: f = 1 / y with (y e^(1 - y))^(k/2) = failure, y < 1.
double trace_factor(int vectors, double failure);

/// The smallest c with (x - t)_+ <= c x^p T_j(2 x / b - 1)^2 for all x >= 0, for the Chebyshev polynomial
/// T_j, j >= 1, p = 0 or 1, 0 < b < t.
double chebyshev_majorant(int degree, int power, double b, double t);

}  // namespace eckart::linalg
