#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "eckart/calculus/low_rank_objective.hpp"
#include "eckart/core/stop.hpp"

#pragma GCC visibility push(default)

namespace eckart::calculus {

struct LowRankSolverOptions {
    /// Outer iterations. ALS needs about 4.5 / log10(s_k / s_(k+1)) of them to a gradient of 1e-9, Newton-CG
    /// some tens.
    int max_iterations = 1000;
    /// Stop when the relative gradient is at most this. At 1e-9 the value is within about 1e-18 s_1^2 /
    /// (s_k^2 - s_(k+1)^2) of the optimum, relative to |X|^2.
    double gradient_tolerance = 1e-9;
    /// Newton-CG: products with the Hessian per outer iteration.
    int max_cg_iterations = 500;

    /// Throws InvalidArgument naming the field.
    void validate() const;
};

/// One outer iteration; the first entry of a history is the start.
struct LowRankIteration {
    double value = 0;  ///< F
    /// max(|dF/dU| / |D Vw|_F, |dF/dVw| / |U D|_F) / |Xw|_F with |d|^(1/2) counted to each factor: free of
    /// units, and the same for (U, V) and (a U, V / a).
    double relative_gradient = 0;
    int hessian_products = 0;  ///< of this iteration; 0 for ALS
};

enum class LowRankOutcome {
    kConverged,       ///< the relative gradient is within the tolerance
    kIterationLimit,  ///< max_iterations are done
    kStalled,         ///< rounding: ten iterations without a smaller relative gradient
    kInterrupted,     ///< the stop function asked for it
};

/// "converged", "iteration limit", "stalled", "interrupted".
std::string to_string(LowRankOutcome outcome);

struct LowRankSolution {
    Factors factors;
    std::vector<LowRankIteration> history;
    LowRankOutcome outcome = LowRankOutcome::kIterationLimit;
    [[nodiscard]] double value() const { return history.back().value; }
};

/// Normal entries of variance |Xw|_F / sqrt(n p k) in both factors, divided by |d|^(1/2), so that
/// |U D Vw|_F is about |Xw|_F.
Factors random_start(const LowRankObjective& objective, std::uint64_t seed);

/// min F: 1/2 (s_(q+1)^2 + ... ) over the singular values of Xw, where q is the number of non-zero d (Eckart
/// and Young 1936). One SVD.
double low_rank_optimum(const LowRankObjective& objective);

/// Minimizes F by turns in U and in V, each a linear least-squares problem: U = Xw (D Vw)^+, Vw = (U D)^+ Xw.
/// The spans follow orthogonal iteration, so the gradient falls by (s_(k+1) / s_k)^2 per iteration and the
/// value's distance from the optimum by the square of that: linear convergence, slow without a gap. 4 n k p
/// flops per iteration, two and a half times that with its history's value and gradient. The start is
/// balanced and, where |U D V| exceeds |X|, shrunk; one that is a critical point, zero for instance, is
/// returned as converged. Reaches the optimum to about 1e-15 |X|_F^2, whatever the sizes of d. Throws as
/// LowRankObjective does when `start` does not fit.
LowRankSolution alternating_least_squares(const LowRankObjective& objective, Factors start,
                                          const LowRankSolverOptions& options = {},
                                          const StopRequested& stop = {});

/// Minimizes F by Newton's method: directions from conjugate gradients on the exact Hessian, cut at negative
/// curvature (Nocedal and Wright 2006, algorithm 7.1), preconditioned by the diagonal blocks D V Vt D and D
/// Ut U D; steps by exact line search, which costs no pass over X because F along a line is a polynomial of
/// degree 4 whose coefficients are Gram matrices of the factors. Quadratic convergence where s_k > s_(k+1),
/// although the Hessian is singular there (k^2 directions leave the product unchanged): the gradient has no
/// part in that kernel. 4 n k p flops per product with the Hessian. Start, accuracy and exceptions as for
/// alternating_least_squares().
LowRankSolution newton_cg(const LowRankObjective& objective, Factors start,
                          const LowRankSolverOptions& options = {}, const StopRequested& stop = {});

}  // namespace eckart::calculus

#pragma GCC visibility pop
