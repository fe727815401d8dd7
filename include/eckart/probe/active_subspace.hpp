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
    /// kDetermined: true when f shows no variation outside the subspace above the noise; false when a gap
    /// sets the first `dimension` directions apart from weaker ones.
    bool exact = false;
    std::string reason;      ///< one sentence
    VectorD eigenvalues;     ///< (n), descending, of the mean of g gt; noise included
    VectorD lower;           ///< (n), bootstrap interval of each
    VectorD upper;           ///< (n)
    double noise_floor = 0;  ///< what noise and step alone may give; a direction counts above it
    MatrixD
        basis;  ///< (n, n), orthonormal columns, the eigenvectors; the first `dimension` span the subspace
    /// Sine of the largest angle between the subspace and the true one, estimated; NaN where no subspace is.
    double subspace_error = std::numeric_limits<double>::quiet_NaN();
    /// Share of the mean squared gradient outside the subspace, less what noise gives; 0 .. 1.
    double outside = 0;
    double noise = 0;  ///< standard deviation of f's noise, or of a gradient's entries in z (the largest)
    double step = 0;   ///< of the differences, in z; 0 when gradients were given
    Calls calls;
    std::int64_t samples = 0;  ///< gradients in the mean
    bool interrupted = false;  ///< ActiveSubspaceOptions::stop asked for it
    MatrixD points;  ///< (k, n), uniform in the cube: where f was asked, for plots of f against basis
    VectorD values;  ///< (k)
};

/// The directions in which f: box -> R varies, from values.
ActiveSubspace find_active_subspace(ValueOracle<double>& oracle, Rng rng,
                                    const ActiveSubspaceOptions& options = {});

/// The same from gradients.
ActiveSubspace find_active_subspace(GradientOracle<double>& oracle, Rng rng,
                                    const ActiveSubspaceOptions& options = {});

}  // namespace eckart::probe
