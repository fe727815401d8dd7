#pragma once

#include <string>

#include "eckart/core/rng.hpp"
#include "probe/subspace/gradient_spectrum.hpp"

namespace eckart::probe {

/// Directions that noise hides must be this much weaker, as eigenvalues, than those that count.
inline constexpr double kClear = 10;

struct DecisionLimits {
    double noise_factor = 1;  ///< the noise is known up to this
    double gap = 10;
    double confidence = 0.95;
    int bootstrap = 100;
    /// Where gradients are exact directions: the last so many must show none that the first did not.
    Eigen::Index confirmations = 0;
};

struct Decision {
    enum Kind {
        kMore,    ///< more gradients are needed
        kExact,   ///< `dimension` directions, fewer than n, are clearly above the noise and all others in it
        kGap,     ///< a gap sets the first `dimension` apart from others
        kHidden,  ///< noise hides whether a direction counts, and more gradients would not show it
        kFull,    ///< all are clearly above the noise, and there is no gap
    };
    Kind kind = kMore;
    Eigen::Index dimension = 0;
    Eigen::Index above = 0;      ///< directions above the noise
    Eigen::Index candidate = 0;  ///< where a gap was seen; 0: nowhere. Two decisions in turn must agree
    bool gap_open = false;       ///< there may be a gap, and more gradients would show it
    std::string why;             ///< what speaks for it, or what is open
    Spectrum spectrum;
};

/// Judges the gradients taken so far, with the decision on fewer of them.
Decision decide(const GradientSamples& samples, const DecisionLimits& limits, const Rng& rng,
                const Decision& previous);

/// So many gradients are needed before gaps are looked for.
Eigen::Index enough_for_gaps(Eigen::Index n);

/// From so many gradients on, more of them lower what noise may give by less than a fifth.
Eigen::Index enough_for_noise(Eigen::Index n);

/// After how many of the first `largest` directions the first gap lies for which the bootstrap interval of
/// the separation is above limits.gap; 0: nowhere.
Eigen::Index gap_after(const Bootstrap& resampled, Eigen::Index largest, const DecisionLimits& limits);

/// Share of the mean squared gradient outside the first k directions, less what noise adds: 0 .. 1.
double share_outside(const VectorD& roots, Eigen::Index k, double noise);

/// Largest sine by which noise turns the first k directions: what it gives the other directions within the k
/// rows that the samples have there, by the weakest root (Wedin).
double turned_by_noise(const GradientSamples& samples, const DecisionLimits& limits, Eigen::Index k,
                       double weakest);

}  // namespace eckart::probe
