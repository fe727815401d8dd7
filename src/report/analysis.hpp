#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "report/run_data.hpp"

namespace eckart::report {

/// The accuracy that a compressed network may lose and still count as equal to the dense one: about two
/// standard errors on 10,000 images.
inline constexpr double kTolerance = 0.01;

/// Share of the squared singular values that the `rank` largest hold; 1 where the matrix is zero.
double retained_energy(const LayerSpectrum& layer, std::int64_t rank);

/// The smallest rank that retains at least `share` of the energy.
std::int64_t rank_for_energy(const LayerSpectrum& layer, double share);

/// The largest singular value of a (out, in) matrix of PyTorch's initial weights, uniform in +-1/sqrt(in),
/// for large sizes: (sqrt(out) + sqrt(in)) / sqrt(3 in). Reference: Marchenko and Pastur (1967).
double initial_largest_singular_value(std::int64_t out, std::int64_t in);

/// How many singular values exceed what the initial weights reach.
std::int64_t values_above_initial(const LayerSpectrum& layer);

/// The rank, not necessarily whole, where the factors of all layers together have as many weights (and so
/// multiply-adds) as the matrices; a layer's rank never exceeds min(m, n). Nothing for no layers.
std::optional<double> break_even_rank(const std::vector<LayerSpectrum>& layers);

/// The smallest rank such that it and every larger rank measured stay within kTolerance of the dense
/// accuracy. Null where even the largest rank does not.
const SweepPoint* lowest_rank_within_tolerance(const Sweep& sweep);

/// The point with the fewest parameters among those within kTolerance of the dense accuracy and smaller than
/// the dense network. Null where there is none.
const SweepPoint* best_trade_off(const Sweep& sweep);

/// Of the fine-tuned networks within kTolerance of the dense accuracy the smallest; where there is none, or
/// the dense accuracy is unknown, the most accurate. Null where nothing was fine-tuned.
const FineTuning* best_fine_tuning(const RunData& run);

/// Test accuracy after the last epoch (after compression where there was none).
double final_accuracy(const FineTuning& tuning);

/// All batch sizes that were timed, ascending.
std::vector<std::int64_t> timed_batches(const Sweep& sweep);

/// The timing of `point` at `batch`, null where it was not timed.
const Latency* latency_at(const SweepPoint& point, std::int64_t batch);

/// Where inference becomes as slow as the dense network at one batch size.
struct Crossing {
    std::int64_t batch = 0;
    std::vector<const SweepPoint*> faster;  ///< the ranks timed, ascending
    std::vector<const SweepPoint*> slower;  ///< the same; as fast as dense counts as slower
    /// Where every faster rank is below every slower one: interpolated between the two neighbors, linear in
    /// rank and relative time.
    std::optional<double> rank;
    /// From rank to rank, how often faster turns into slower or back.
    int changes = 0;
};
Crossing crossing(const Sweep& sweep, std::int64_t batch);

}  // namespace eckart::report
