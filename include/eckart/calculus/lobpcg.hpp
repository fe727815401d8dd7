#pragma once

#include <cstdint>
#include <vector>

#include "eckart/calculus/linear_operator.hpp"
#include "eckart/core/matrix.hpp"
#include "eckart/core/stop.hpp"

#pragma GCC visibility push(default)

namespace eckart::calculus {

/// Which end of the spectrum.
enum class SpectrumEnd { kSmallest, kLargest };

enum class LobpcgOutcome {
    kConverged,       ///< all wanted residuals reached the tolerance
    kIterationLimit,  ///< max_iterations were not enough; the pairs are the best so far
    kStagnated,       ///< no direction is left that is not in the basis: rounding allows no better
    kStopped,         ///< LobpcgOptions::stop asked for it
};

struct LobpcgOptions {
    Eigen::Index count = 1;  ///< k, the number of pairs; 1 .. n
    SpectrumEnd end = SpectrumEnd::kSmallest;
    /// Columns iterated beyond `count`. They need not converge, but the speed depends on the distance from
    /// the wanted eigenvalues to the first one outside the block, so they help where eigenvalues cluster.
    Eigen::Index guards = 2;
    /// A pair has converged when |A x - theta x| <= tolerance |A|, with |x| = 1. Rounding leaves about
    /// sqrt(n) eps.
    double tolerance = 1e-8;
    int max_iterations = 1000;
    std::uint64_t seed = 0;  ///< of the random start
    /// Start vectors (n, at least count) in the place of random ones; empty: random. Their number replaces
    /// count + guards. They need not be orthonormal; dependent ones are replaced by random ones.
    MatrixD start;
    /// T, symmetric positive definite, close to the inverse of A - sigma I (kSmallest) or of sigma I - A
    /// (kLargest) with sigma near the wanted end; no function: none.
    LinearOperator preconditioner;
    StopRequested stop;

    /// Throws InvalidArgument naming the field, for an operator of size `n`.
    void validate(Eigen::Index n) const;
};

/// One entry of the history, before each step and at the end.
struct LobpcgStep {
    double value = 0;         ///< Ritz value of the wanted pair with the largest residual
    double residual = 0;      ///< that residual
    Eigen::Index active = 0;  ///< columns, guards included, that have not converged
};

struct LobpcgResult {
    VectorD values;     ///< (k), ascending for kSmallest, descending for kLargest
    MatrixD vectors;    ///< (n, k), orthonormal columns
    VectorD residuals;  ///< (k), |A x - theta x| from a product with A made at the end
    LobpcgOutcome outcome = LobpcgOutcome::kIterationLimit;
    double norm = 0;                ///< the |A| that the tolerance refers to
    Eigen::Index applications = 0;  ///< columns that A was applied to
    std::vector<LobpcgStep> history;
};

/// The k smallest or largest eigenpairs of a symmetric operator `a`, by the locally optimal block
/// preconditioned conjugate gradient method: the Rayleigh quotient is minimized over the space of the current
/// vectors X, the preconditioned residuals W = T (A X - X Theta), and the directions P of the last step.
///
/// [X P W] is kept orthonormal to rounding: W is projected against X and P and orthonormalized by its Gram
/// matrix until both hold, dropping what is dependent (Stathopoulos and Wu 2002), and P is built orthogonal
/// to X out of the small eigenproblem (Hetmaniuk and Lehoucq 2006). So no Cholesky factorization can fail,
/// and residuals reach rounding. Converged columns stay in X but get no W and no P (soft locking).
/// Convergence is declared only on residuals from a fresh product with A.
///
/// Without a preconditioner the number of steps grows like the root of (largest eigenvalue) / (distance from
/// the wanted ones to the first outside the block). Per step with b columns, m of them active and s = b + 2
/// m: one product with A and one with T of m columns, about 2 n s (s + 2 b + 2 m) + 8 n m s flops, the
/// eigenproblem of side s, and 10 b vectors of memory. Where
/// n <= 5 b A is applied to the identity and decomposed (linalg::symmetric_eigen). |A| is the largest
/// |A v| / |v| seen, four steps of power iteration from a random vector included. The same seed gives the
/// same bits on the same machine and threads.
///
/// |value - true one| <= residual for some eigenvalue; which one the theory leaves open: a start that is
/// orthogonal to an eigenvector can miss it, a random one does so with probability 0. Throws InvalidArgument
/// for options out of range, an empty operator, one that changes shapes, or one seen not to be symmetric;
/// NumericalError when A or T gives NaN or infinity.
/// References: A. V. Knyazev, Toward the optimal preconditioned eigensolver, SIAM J. Sci. Comput. 23, 2001;
/// A. V. Knyazev et al., Block locally optimal preconditioned eigenvalue xolvers in hypre and PETSc, SIAM J.
/// Sci. Comput. 29, 2007; U. Hetmaniuk, R. Lehoucq, Basis selection in LOBPCG, J. Comput. Phys. 218, 2006;
/// J. Duersch et al., A robust and efficient implementation of LOBPCG, SIAM J. Sci. Comput. 40, 2018.
LobpcgResult lobpcg(const LinearOperator& a, const LobpcgOptions& options = {});

}  // namespace eckart::calculus

#pragma GCC visibility pop
