#include "probe/subspace/subspace_decision.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace eckart::probe {

namespace {

/// Gradients for every (sqrt(n) + 3)^2.
constexpr double kEnough = 16;
/// As roots of eigenvalues.
constexpr double kFar = 30;

Eigen::Index count_above(const VectorD& roots, double limit) {
    return (roots.array() > limit).count();
}

/// How far the first k directions are apart from the others: the smaller one of the ratio of the eigenvalues
/// k and k+1 and of the sum of all to that of the others.
double separation(const VectorD& roots, Eigen::Index k) {
    if (roots[k] == 0) return std::numeric_limits<double>::infinity();
    const double ratio = roots[k - 1] / roots[k];
    const double whole = roots.stableNorm() / roots.tail(roots.size() - k).stableNorm();
    return std::pow(std::min(ratio, whole), 2);
}

struct GapSearch {
    Eigen::Index at = 0;    ///< first gap whose interval is above the limit; 0: none
    double low = 0;         ///< its interval's lower end
    Eigen::Index open = 0;  ///< first k whose interval holds the limit; 0: none
    double open_low = 0;
    double open_high = 0;
};

/// Among the first `largest` directions.
GapSearch find_gap(const Bootstrap& resampled, Eigen::Index largest, const DecisionLimits& limits) {
    GapSearch search;
    VectorD separations(resampled.roots.rows());
    for (Eigen::Index k = 1; k <= largest; ++k) {
        for (Eigen::Index b = 0; b < separations.size(); ++b) {
            separations[b] = separation(resampled.roots.row(b).transpose(), k);
        }
        const double low = quantile(separations, (1 - limits.confidence) / 2);
        const double high = quantile(separations, (1 + limits.confidence) / 2);
        if (low >= limits.gap) {
            search.at = k;
            search.low = low;
            return search;
        }
        if (high >= limits.gap && search.open == 0) {
            search.open = k;
            search.open_low = low;
            search.open_high = high;
        }
    }
    return search;
}

/// Whether r directions, which are clearly above the noise now, would be with other samples.
bool stands_firm(const GradientSamples& samples, const Spectrum& spectrum, Eigen::Index r, double clear,
                 const DecisionLimits& limits, const Rng& rng) {
    if (limits.confirmations > 0) {
        const GradientSamples first = samples.first(samples.count() - limits.confirmations);
        const Spectrum then = gradient_spectrum(first.gradients, false);
        if (count_above(then.roots, noise_root(first, limits.noise_factor)) != r) return false;
    }
    // Far above the noise any gradient that shows a direction proves it. Near it chance may have helped.
    if (r == 0 || spectrum.roots[r - 1] > kFar * clear) return true;
    const Bootstrap resampled =
        bootstrap_spectrum(samples.gradients, spectrum.basis, 0, limits.bootstrap, rng);
    return quantile(resampled.roots.col(r - 1), (1 - limits.confidence) / 2) > clear;
}

/// Directions above noise that others dominate, or all of them.
void decide_gap(const GradientSamples& samples, const DecisionLimits& limits, const Rng& rng, double clear,
                Eigen::Index sure, const Decision& previous, Decision& decision) {
    const Eigen::Index n = samples.gradients.cols();
    const Bootstrap resampled =
        bootstrap_spectrum(samples.gradients, decision.spectrum.basis, 0, limits.bootstrap, rng);
    const GapSearch gap = find_gap(resampled, std::min(sure, n - 1), limits);
    decision.candidate = gap.at;
    decision.gap_open = gap.at > 0 || gap.open > 0;
    if (gap.at > 0) {
        decision.why = fmt::format("a gap of {:.3g} or more sets {} of {} directions apart from weaker ones",
                                   gap.low, gap.at, n);
        if (previous.candidate == gap.at) {
            decision.kind = Decision::kGap;
            decision.dimension = gap.at;
        }
        return;
    }
    if (gap.open > 0) {
        decision.why =
            fmt::format("the gap after direction {} is between {:.3g} and {:.3g}, and {:.3g} is the limit",
                        gap.open, gap.open_low, gap.open_high, limits.gap);
        return;
    }
    const double smallest = quantile(resampled.roots.col(n - 1), (1 - limits.confidence) / 2);
    if (sure == n && smallest > clear) {
        decision.kind = Decision::kFull;
        decision.dimension = n;
        decision.why =
            n == 1 ? "the only direction is above the noise"
                   : fmt::format("all {} directions are above the noise, and no gap sets some apart", n);
    }
}

}  // namespace

Decision decide(const GradientSamples& samples, const DecisionLimits& limits, const Rng& rng,
                const Decision& previous) {
    const Eigen::Index m = samples.count();
    const Eigen::Index n = samples.gradients.cols();
    Decision decision;
    decision.spectrum = gradient_spectrum(samples.gradients, false);
    const double limit = noise_root(samples, limits.noise_factor);
    decision.above = count_above(decision.spectrum.roots, limit);
    const double clear = std::sqrt(std::min(kClear, limits.gap)) * limit;
    const Eigen::Index sure = count_above(decision.spectrum.roots, clear);
    const Eigen::Index r = decision.above;
    decision.why =
        r == sure
            ? fmt::format("{} of {} directions are above the noise after {} gradients", r, n, m)
            : fmt::format("of {} directions {} are clearly above the noise and {} hardly", n, sure, r - sure);
    if (r < n && r == sure && m >= r + 2) {
        if (stands_firm(samples, decision.spectrum, r, clear, limits, rng)) {
            decision.kind = Decision::kExact;
            decision.dimension = r;
        }
        return decision;
    }
    if (m >= enough_for_gaps(n) && sure > 0) {
        decide_gap(samples, limits, rng, clear, sure, previous, decision);
    }
    if (decision.kind == Decision::kMore && !decision.gap_open && r > sure && m >= enough_for_noise(n)) {
        decision.kind = Decision::kHidden;
    }
    return decision;
}

Eigen::Index enough_for_noise(Eigen::Index n) {
    return static_cast<Eigen::Index>(std::ceil(kEnough * std::pow(std::sqrt(static_cast<double>(n)) + 3, 2)));
}

Eigen::Index enough_for_gaps(Eigen::Index n) {
    return n == 1 ? 4 : std::max<Eigen::Index>(3 * n, 30);
}

Eigen::Index gap_after(const Bootstrap& resampled, Eigen::Index largest, const DecisionLimits& limits) {
    return find_gap(resampled, largest, limits).at;
}

double share_outside(const VectorD& roots, Eigen::Index k, double noise) {
    if (roots[0] == 0) return 0;
    const VectorD shares = (roots / roots[0]).cwiseAbs2();
    const double added = std::pow(noise / roots[0], 2);
    const auto n = static_cast<double>(roots.size());
    const double outside = shares.tail(roots.size() - k).sum() - (n - static_cast<double>(k)) * added;
    const double all = shares.sum() - n * added;
    return all > 0 ? std::clamp(outside / all, 0.0, 1.0) : 0;
}

double turned_by_noise(const GradientSamples& samples, const DecisionLimits& limits, Eigen::Index k,
                       double weakest) {
    const auto inside = static_cast<double>(k);
    const auto others = static_cast<double>(samples.gradients.cols() - k);
    const double noise = limits.noise_factor * samples.noise.maxCoeff() *
                         (std::sqrt(inside) + std::sqrt(others) + 3) /
                         std::sqrt(static_cast<double>(samples.count()));
    return std::min(1.0, (noise + samples.mean_truncation()) / weakest);
}

}  // namespace eckart::probe
