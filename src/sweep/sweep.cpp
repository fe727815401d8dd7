#include "eckart/sweep/sweep.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <numeric>

#include "eckart/compress/compress.hpp"
#include "eckart/core/error.hpp"

namespace eckart::sweep {

namespace {

/// `count` images of `test` from its beginning, repeated where it has fewer, scaled.
MatrixF timing_batch(const data::Dataset& test, std::int64_t count) {
    std::vector<std::uint32_t> indices(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < indices.size(); ++i)
        indices[i] = static_cast<std::uint32_t>(i % test.count());
    MatrixF x(count, static_cast<Eigen::Index>(test.shape.size()));
    data::copy_normalized<float>(test, indices, view(x));
    return x;
}

std::int64_t count_factored(const model::Network<float>& network) {
    std::int64_t count = 0;
    for (std::size_t i = 0; i < network.layer_count(); ++i) count += network.layer(i).factored() ? 1 : 0;
    return count;
}

SweepPoint measure_point(const model::Network<float>& dense, const model::Network<float>& cut,
                         std::int64_t rank, const data::Dataset& test, const SweepOptions& options,
                         ops::Backend<float>& backend) {
    SweepPoint point;
    point.rank = rank;
    point.size = cut.size();
    point.layers_factored = count_factored(cut);
    point.test = evaluate::evaluate<float>(cut, backend, test);
    const model::Network<float>* const networks[] = {&cut, &dense};
    for (const std::int64_t batch : options.batches) {
        const MatrixF x = timing_batch(test, batch);
        const auto times = evaluate::measure_latency(networks, backend, view(x), options.latency);
        point.latency.push_back({batch, times[0], times[1]});
    }
    return point;
}

}  // namespace

void SweepOptions::validate() const {
    if (ranks.empty()) throw InvalidArgument("sweep: no ranks; name at least one");
    std::int64_t previous = 0;
    for (const std::int64_t rank : ranks) {
        if (rank <= previous) {
            throw InvalidArgument(
                fmt::format("sweep: rank {} after {}; ranks must be at least 1 and ascend", rank, previous));
        }
        previous = rank;
    }
    for (const std::int64_t batch : batches) {
        if (batch < 1 || batch > 1'000'000) {
            throw InvalidArgument(fmt::format("sweep: batch {}; it must be in 1 .. 1000000", batch));
        }
    }
    latency.validate();
}

std::vector<std::int64_t> default_ranks(const model::Architecture& architecture) {
    std::int64_t full = 0;
    for (const model::LayerShape& layer : architecture.layers) {
        full = std::max(full, std::min(layer.out, layer.in));
    }
    std::vector<std::int64_t> ranks;
    for (const std::int64_t rank : {1, 2, 5, 10, 20, 30, 50, 75, 100, 150, 200, 300, 400, 500}) {
        if (rank < full) ranks.push_back(rank);
    }
    for (std::int64_t rank = 1000; rank < full; rank *= 2) ranks.push_back(rank);
    ranks.push_back(full);
    return ranks;
}

void run_sweep(const model::Network<float>& network,
               const std::vector<compress::LayerDecomposition>& decomposition, const data::Dataset& test,
               const SweepOptions& options, const std::vector<SweepPoint>& done, ops::Backend<float>& backend,
               ProgressObserver& progress, const StopRequested& stop, const PointReady& ready) {
    options.validate();
    evaluate::require_fitting(network.architecture(), test);
    if (test.count() == 0) throw InvalidArgument("sweep: the test set is empty; load one with images");
    std::uint64_t finished = 0;
    for (const std::int64_t rank : options.ranks) {
        if (should_stop(stop)) return;
        progress.on_progress(
            {"sweep", finished++, options.ranks.size(), "ranks", fmt::format("rank {}", rank)});
        if (std::ranges::any_of(done, [&](const SweepPoint& point) { return point.rank == rank; })) continue;
        compress::CompressOptions cut;
        cut.rank = rank;
        cut.allow_larger = options.allow_larger;
        cut.measure_error = false;
        const auto compressed = compress::compress_network(network, decomposition, cut);
        ready(measure_point(network, compressed.network, rank, test, options, backend));
    }
    progress.on_progress({"sweep", finished, options.ranks.size(), "ranks", ""});
}

}  // namespace eckart::sweep
