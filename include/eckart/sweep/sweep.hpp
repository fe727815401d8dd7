#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "eckart/compress/decomposition.hpp"
#include "eckart/core/json.hpp"
#include "eckart/core/progress.hpp"
#include "eckart/core/stop.hpp"
#include "eckart/data/dataset.hpp"
#include "eckart/evaluate/accuracy.hpp"
#include "eckart/evaluate/latency.hpp"
#include "eckart/model/network.hpp"
#include "eckart/ops/backend.hpp"

#pragma GCC visibility push(default)

namespace eckart::sweep {

/// What a sweep measures, and how long.
struct SweepOptions {
    std::vector<std::int64_t> ranks;  ///< ascending, without repetition, each >= 1
    /// Factorize also the layers whose factors have more parameters than the matrix: for studying the whole
    /// curve. Otherwise such layers stay dense, as in `eckart compress`.
    bool allow_larger = true;
    std::vector<std::int64_t> batches{1, 100, 1000};  ///< batch sizes to time
    evaluate::LatencyOptions latency;                 ///< per rank and batch size

    /// Throws InvalidArgument naming the field.
    void validate() const;
};

/// 1, 2, 5, 10, 20, 30, 50, 75, 100, 150, 200, 300, 400, 500, then 1000, 2000, ... below the largest rank of
/// any layer, and that rank itself: 15 ranks for the reference network.
std::vector<std::int64_t> default_ranks(const model::Architecture& architecture);

/// Forward passes of one batch size, factored and dense taking turns.
struct PointLatency {
    std::int64_t batch = 0;
    evaluate::Latency factored;
    evaluate::Latency dense;
};

/// The network at one rank.
struct SweepPoint {
    std::int64_t rank = 0;
    model::ModelSize size;
    std::int64_t layers_factored = 0;
    evaluate::Evaluation test;
    std::vector<PointLatency> latency;
};

/// Called when a point is complete, in the order of the ranks.
using PointReady = std::function<void(const SweepPoint&)>;

/// The study of one network: cuts `decomposition` (of `network`, computed once) at every rank and measures
/// test accuracy, loss, sizes and latency on `test`. Leaves out the ranks in `done`. Stops between points
/// when `stop` asks for it. Batches larger than the test set are filled by repeating it.
void run_sweep(const model::Network<float>& network,
               const std::vector<compress::LayerDecomposition>& decomposition, const data::Dataset& test,
               const SweepOptions& options, const std::vector<SweepPoint>& done, ops::Backend<float>& backend,
               ProgressObserver& progress, const StopRequested& stop, const PointReady& ready);

/// An entry of "points" in sweep.json (docs/formats/run-directory.md).
Json to_json(const SweepPoint& point);
/// The reverse. Throws FormatError naming the field.
SweepPoint point_from_json(const Json& json);

/// One line per rank and batch size, with a header line; RFC 4180.
std::string to_csv(const std::vector<SweepPoint>& points);

}  // namespace eckart::sweep

#pragma GCC visibility pop
