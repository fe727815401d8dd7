#pragma once

#include "eckart/calculus/linear_operator.hpp"

namespace eckart::calculus {

/// When minres() ends, whatever comes first.
struct MinresLimits {
    double residual = 0;       ///< |b - (A - shift I) y| <= this
    double solution_norm = 0;  ///< |y| >= this
    int iterations = 0;
};

struct MinresResult {
    VectorD y;
    int iterations = 0;
};

/// y with (A - shift I) y close to b (n), |b| = 1: in step j the y of the j-th Krylov space with the smallest
/// residual. The matrix may be indefinite and singular. One product with A and 14 n flops per step. `norm`,
/// an estimate of |A|, grows to the largest |A v| seen over unit vectors v. Reference: C. C. Paige, M. A.
/// Saunders, Solution of sparse indefinite systems of linear equations, SIAM J. Numer. Anal. 12, 1975.
MinresResult minres(const LinearOperator& a, double shift, const VectorD& b, const MinresLimits& limits,
                    double& norm);

}  // namespace eckart::calculus
