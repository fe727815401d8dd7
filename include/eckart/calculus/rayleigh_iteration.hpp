#pragma once

#include <vector>

#include "eckart/calculus/linear_operator.hpp"
#include "eckart/calculus/rayleigh_quotient.hpp"
#include "eckart/core/matrix.hpp"

#pragma GCC visibility push(default)

namespace eckart::calculus {

enum class RayleighOutcome {
    kConverged,       ///< the residual reached the tolerance
    kIterationLimit,  ///< max_iterations steps were not enough
    /// The residual fell by less than 1 % in five steps. Either rounding allows no better, or the start lies
    /// on one of the exceptional sets between eigenvectors: another start helps. The result is the best step.
    kStagnated,
};

struct RayleighIterationOptions {
    /// Steps, each with one solve. The quotient iteration takes about 3 to 8, inverse iteration more the
    /// closer the second nearest eigenvalue is to the shift.
    int max_iterations = 50;
    /// Converged when |A x - rho x| <= tolerance |A|, with |x| = 1. Rounding alone leaves about sqrt(n) eps.
    double tolerance = 1e-12;
    /// Limit of MINRES steps in each solve, for operators only.
    int inner_iterations = 1000;

    /// Throws InvalidArgument naming the field.
    void validate() const;
};

/// One entry of the history: the state before step 0, 1, ...
struct RayleighStep {
    double value = 0;          ///< rho = R(x)
    double residual = 0;       ///< |A x - rho x|, |x| = 1
    int inner_iterations = 0;  ///< MINRES steps that led here; 0 for matrices
};

struct RayleighIterationResult {
    double eigenvalue = 0;
    VectorD vector;       ///< (n), |vector| = 1
    double residual = 0;  ///< |A x - rho x|, the smallest of the history
    RayleighOutcome outcome = RayleighOutcome::kIterationLimit;
    double norm = 0;                    ///< the |A| that the tolerance refers to
    std::vector<RayleighStep> history;  ///< one entry more than steps
};

/// Rayleigh quotient iteration: x <- (A - R(x) I)^-1 x, normalized.
///
/// `a` (n, n) symmetric to kSymmetryTolerance; `start` (n), not zero. The limit is an eigenpair near the
/// start, which one is not controlled: see inverse_iteration(). The residual never grows (Parlett, Theorem
/// 4.8.1) and converges cubically for almost every start. A shift that is an eigenvalue up to rounding is
/// what one hopes for, and no error (linalg::SymmetricFactors). |A| is the Frobenius norm.
///
/// n^3 / 3 + 4 n^2 flops per step, 2 n^2 numbers of extra memory; A is scaled by a power of two first.
/// |eigenvalue - true one| <= residual (and <= residual^2 / gap). Throws InvalidArgument when sizes differ, a
/// is not symmetric, start is zero or an option out of range; NumericalError for NaN or infinity.
/// Reference: B. N. Parlett, The Symmetric Eigenvalue Problem, 1998, 4.6 to 4.8.
RayleighIterationResult rayleigh_iteration(const MatrixD& a, const VectorD& start,
                                           const RayleighIterationOptions& options = {});

/// The same for an operator, with the solves done inexactly by MINRES (Paige and Saunders 1975), one product
/// with A per inner step and 7 vectors of memory.
///
/// A solve of (A - rho I) y = x ends when |x - (A - rho I) y| <= min(0.1, residual / |A|), which keeps the
/// convergence cubic (Berns-Mueller, Graham and Spence, Inexact inverse iteration for symmetric matrices,
/// 2006); or when |y| >= 2 / (tolerance |A|), since then y / |y| has a residual of at most
/// |(A - rho I) y| / |y| <= 2 / |y| and is converged; or at inner_iterations. |A| is the largest |A v| / |v|
/// of all vectors v that A was applied to. MINRES's rounding grows with the square of the condition number,
/// so in a cluster of eigenvalues narrower than sqrt(eps) |A| the residual may end near the width of the
/// cluster (kStagnated). Throws as above, and InvalidArgument for an empty operator.
RayleighIterationResult rayleigh_iteration(const LinearOperator& a, const VectorD& start,
                                           const RayleighIterationOptions& options = {});

/// Inverse iteration with a fixed shift: x <- (A - shift I)^-1 x, normalized. Converges to the eigenvalue
/// nearest to `shift`, linearly: each step multiplies the error by |nearest - shift| / |second nearest -
/// shift|. One factorization (n^3 / 3 flops), then 4 n^2 flops per step. Otherwise as rayleigh_iteration();
/// throws NumericalError also when the shift is NaN or infinite.
RayleighIterationResult inverse_iteration(const MatrixD& a, double shift, const VectorD& start,
                                          const RayleighIterationOptions& options = {});

}  // namespace eckart::calculus

#pragma GCC visibility pop
