#pragma once

#include <cstdint>
#include <limits>
#include <string>

#include "eckart/core/matrix.hpp"
#include "eckart/core/progress.hpp"
#include "eckart/core/rng.hpp"
#include "eckart/core/stop.hpp"
#include "eckart/probe/box.hpp"
#include "eckart/probe/oracle.hpp"

#pragma GCC visibility push(default)

namespace eckart::probe {

enum class DimensionOutcome {
    kDetermined,  ///< f varies in `dimension` directions, 1 .. n-1; see ActiveSubspace::exact
    kUndecided,   ///< calls or time ran out first; `dimension` is the best guess, `reason` says what is open
    kFullDimensional,  ///< all n directions are above the noise and no gap sets some apart
    kConstant,         ///< no direction is above the noise; dimension 0
};

struct ActiveSubspaceOptions {
    Box box;  ///< f is asked nowhere else; empty: [-1, 1]^n
    /// Most questions, values and gradients together.
    std::int64_t max_calls = 100'000;
    /// Standard deviation of the noise of f (find_active_subspace from values) or of every entry of the
    /// gradient with respect to x (from gradients); NaN: estimated from the answers.
    double noise = std::numeric_limits<double>::quiet_NaN();
    /// Eigenvalues k and k+1 are apart when their ratio is at least this. It decides only where directions
    /// are above the noise that a larger one dominates. Infinity: every direction above the noise counts.
    double gap = 10;
    /// A direction that shows on a larger share of the box than this is not missed, with `confidence`: the
    /// answer is given only after log(1 - confidence) / log(1 - unseen) tests that show none.
    double unseen = 0.1;
    double confidence = 0.95;      ///< also of the bootstrap intervals
    int bootstrap = 100;           ///< resamples
    std::int64_t min_samples = 0;  ///< gradients to take at least, for narrower intervals
    StopRequested stop;            ///< asked between batches
    ProgressObserver* observer = nullptr;

    /// Throws InvalidArgument naming the field, for a function of `n` variables.
    void validate(Eigen::Index n) const;
};

/// In normalized coordinates z (see Box), as everything here.
struct ActiveSubspace {
    DimensionOutcome outcome = DimensionOutcome::kUndecided;
    Eigen::Index dimension = 0;
    /// kDetermined: true when f shows no variation outside the subspace above the noise floor; false when a
    /// gap sets the first `dimension` directions apart from weaker ones.
    bool exact = false;
    /// After how many directions a gap lies that the bootstrap confirms, from max(3 n, 30) samples
    /// on: of the directions above the noise the first `leading` dominate. 0: no such gap.
    Eigen::Index leading = 0;
    std::string reason;      ///< one sentence
    VectorD eigenvalues;     ///< (n), descending, of the mean of g gt; noise included
    VectorD lower;           ///< (n), bootstrap interval of each
    VectorD upper;           ///< (n)
    double noise_floor = 0;  ///< what noise and step alone may give; a direction counts above it
    /// (n, n), orthonormal columns, the eigenvectors, each with its largest component positive; the first
    /// `dimension` span the subspace.
    MatrixD basis;
    /// Sine of the largest angle between the subspace and the true one, estimated; NaN where no subspace is.
    double subspace_error = std::numeric_limits<double>::quiet_NaN();
    /// Share of the mean squared gradient outside the subspace, less what noise gives; 0 .. 1.
    double outside = 0;
    double noise = 0;  ///< standard deviation of f's noise, or of a gradient's entries in z (the largest)
    double step = 0;   ///< of the differences, in z; 0 when gradients were given
    Calls calls;
    std::int64_t samples = 0;    ///< gradients in the mean
    bool interrupted = false;    ///< ActiveSubspaceOptions::stop asked for it
    bool calls_ran_out = false;  ///< kUndecided: with more of them there might be an answer
    MatrixD points;  ///< (k, n), uniform in the cube: where f was asked, for plots of f against basis
    VectorD values;  ///< (k)
};

/// The subspace in which f: box -> R varies, from values.
///
///     C = E[g gt] = Q diag(lambda) Qt,   g the gradient of f in z, z uniform in the cube
///
/// f is constant along q exactly if qt C q = 0, so the eigenvectors of the positive eigenvalues span the
/// directions in which f varies, in the order of how much. g comes from central differences along the axes,
/// with a step from the noise of f and its third derivative, both measured first on a few lines (the noise by
/// Moré and Wild's difference tables); points lie in the cube shrunk by that step, and no question leaves the
/// box. C is the mean over independent points, through the SVD of the gradients, so that small eigenvalues
/// keep their digits. What noise and step alone can give as an eigenvalue follows from Chevet's inequality:
/// noise_floor.
///
/// Gradients are taken in batches until one of these holds:
/// - r < n eigenvalues are at least min(gap, 10) times the floor (where that is close, by the lower end of
/// their
///   bootstrap intervals too), the others below it, and f has the same value, up to its noise, at pairs of
///   points that agree in these r directions and are otherwise random. kDetermined and exact, or kConstant
///   for r = 0;
/// - with max(3 n, 30) gradients or more and no such r, two batches in turn show a gap: eigenvalue k is `gap`
/// times
///   the next, and the others together at most 1 / gap of all. kDetermined, not exact;
/// - all n are that far above the floor, and no k has a gap. kFullDimensional;
/// - calls run out, `stop` asks, or noise hides something that more gradients would not show. kUndecided.
///
/// Assumed: noise that is independent from call to call, or rounding; of one size, or in proportion to f. Not
/// seen: directions in which f varies on a share of the box below `unseen` only, or by less than the noise.
///
/// Calls: 2 n + 1 for a gradient, r + 2 gradients or more; 28 for each of three lines or more; two for each
/// pair. A batch goes to oracle.values() at once, one of more than 2^24 numbers in parts. Which points are
/// asked depends on `rng` and the answers alone, so a run can be repeated from recorded answers, and is the
/// same for any number of threads. Values of any size from 1e-300 to 1e300 will do; eigenvalues have the
/// square of their scale and may leave the range of double beyond 1e150, the decision does not. Memory: the
/// gradients, three times, and n^2; time O(m n min(m, n)) for m gradients, `bootstrap` times.
///
/// Throws InvalidArgument for options out of range, or max_calls that cannot suffice, with the number that
/// does; NumericalError, naming the call and the point, when an answer is not finite. What the oracle throws
/// passes through.
/// References: P. G. Constantine, Active Subspaces, SIAM 2015; P. G. Constantine, D. F. Gleich, Computing
/// active subspaces with Monte Carlo, arXiv:1408.0545, 2014; J. J. Moré, S. M. Wild, Estimating computational
/// noise, SIAM J. Sci. Comput. 33, 2011, and Estimating derivatives of noisy simulations, ACM Trans. Math.
/// Software 38, 2012.
ActiveSubspace find_active_subspace(ValueOracle<double>& oracle, Rng rng,
                                    const ActiveSubspaceOptions& options = {});

/// The same from gradients: one call for a gradient and one for the value there. Their noise comes from
/// difference tables along up to three lines. In the place of pairs, the last log(1 - confidence) / log(1 -
/// unseen) gradients must show no direction that the earlier ones did not.
ActiveSubspace find_active_subspace(GradientOracle<double>& oracle, Rng rng,
                                    const ActiveSubspaceOptions& options = {});

}  // namespace eckart::probe

#pragma GCC visibility pop
