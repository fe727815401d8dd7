#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "report/analysis.hpp"
#include "report/findings.hpp"
#include "report/format.hpp"

namespace eckart::report {
namespace {

std::string batch_name(std::int64_t batch) {
    return batch == 1 ? "One image at a time" : "In batches of " + whole(batch);
}

std::string crossing_sentence(const Crossing& found) {
    const auto factor = [&](const SweepPoint& point) {
        return times(latency_at(point, found.batch)->speedup());
    };
    const std::string start = batch_name(found.batch);
    if (found.last_faster == nullptr) {
        return fmt::format(
            "{}, the factors are slower than the dense network at every rank measured ({} at rank {}).",
            start, factor(*found.first_slower), found.first_slower->rank);
    }
    if (found.first_slower == nullptr) {
        return fmt::format(
            "{}, the factors are faster than the dense network at every rank measured (still {} at "
            "rank {}).",
            start, factor(*found.last_faster), found.last_faster->rank);
    }
    return fmt::format(
        "{}, the factors are faster up to rank {} ({}) and slower from rank {} ({}): equal at about "
        "rank {:.0f}.",
        start, found.last_faster->rank, factor(*found.last_faster), found.first_slower->rank,
        factor(*found.first_slower), *found.rank);
}

/// "754 for fc1 (1,000 × 3,072), 500 for res1.layer1 and 3 more (1,000 × 1,000)"
std::string break_even_list(const std::vector<LayerSpectrum>& layers) {
    std::string text;
    std::vector<bool> named(layers.size(), false);
    for (std::size_t i = 0; i < layers.size(); ++i) {
        if (named[i]) continue;
        int more = 0;
        for (std::size_t j = i + 1; j < layers.size(); ++j) {
            if (layers[j].out != layers[i].out || layers[j].in != layers[i].in) continue;
            named[j] = true;
            ++more;
        }
        text += fmt::format("{}{} for {}{} ({} × {})", text.empty() ? "" : ", ",
                            significant(layers[i].break_even_rank, 3), layers[i].name,
                            more > 0 ? fmt::format(" and {} more", more) : "", whole(layers[i].out),
                            whole(layers[i].in));
    }
    return text;
}

double rate(std::int64_t macs, std::int64_t batch, double seconds) {
    return 2 * static_cast<double>(macs) * static_cast<double>(batch) / seconds / 1e9;
}

/// The timed point whose multiply-adds come closest to the dense network's.
const SweepPoint* nearest_to_equal_work(const Sweep& sweep, std::int64_t batch) {
    const SweepPoint* nearest = nullptr;
    const auto distance = [&](const SweepPoint& point) {
        return std::abs(static_cast<double>(point.size.macs - sweep.dense.macs));
    };
    for (const SweepPoint& point : sweep.points) {
        if (latency_at(point, batch) == nullptr) continue;
        if (nearest == nullptr || distance(point) < distance(*nearest)) nearest = &point;
    }
    return nearest;
}

std::string rate_sentence(const Sweep& sweep, std::int64_t batch) {
    const SweepPoint& point = *nearest_to_equal_work(sweep, batch);
    const Latency& latency = *latency_at(point, batch);
    const double dense = rate(sweep.dense.macs, batch, latency.dense.median);
    const double factored = rate(point.size.macs, batch, latency.factored.median);
    std::string text = fmt::format(
        "The count of multiply-adds is not the time. {} the dense network runs at {} GFLOP/s, the factors of "
        "rank {} "
        "at {}",
        batch_name(batch), significant(dense, 3), point.rank, significant(factored, 3));
    if (factored < 0.97 * dense) {
        return text +
               ": two thin products instead of one, with an intermediate result to write and read again, use "
               "the "
               "processor less well, so times are equal at a lower rank than the counts.";
    }
    if (factored > 1.03 * dense) {
        return text +
               ": each factor is small enough to stay closer to the processor than the matrix it replaces, "
               "so "
               "times are equal at a higher rank than the counts.";
    }
    return text +
           ": here both use the processor equally well, so times and counts are equal at nearly the same "
           "rank.";
}

std::string small_rank_sentence(const Sweep& sweep, const SweepPoint& point, std::int64_t batch) {
    const Latency& latency = *latency_at(point, batch);
    const double work = static_cast<double>(sweep.dense.macs) /
                        static_cast<double>(std::max<std::int64_t>(point.size.macs, 1));
    const double speedup = latency.speedup();
    return fmt::format(
        "What does not shrink with the rank (reading the input, biases, ReLU, the residual sums, starting "
        "each product) "
        "counts as well: rank {} has {} fewer multiply-adds and is {} {}.",
        point.rank, times(work), times(speedup), speedup >= 1 ? "faster" : "as fast as dense");
}

std::string memory_sentence(const Sweep& sweep) {
    const Latency& latency = *latency_at(*nearest_to_equal_work(sweep, 1), 1);
    return fmt::format(
        "One image at a time, every weight is read for a single multiply-add: the dense network's {} in {} "
        "are {} "
        "GB/s, so there time follows the bytes of the weights.",
        bytes(sweep.dense.bytes), seconds(latency.dense.median),
        significant(static_cast<double>(sweep.dense.bytes) / latency.dense.median / 1e9, 3));
}

}  // namespace

Finding time_finding(const RunData& run) {
    Finding finding{"Where does inference become faster than dense, and why not exactly at r = mn/(m+n)?",
                    {}};
    if (!run.sweep) return finding;
    const Sweep& sweep = *run.sweep;
    const std::vector<std::int64_t> batches = timed_batches(sweep);
    if (batches.empty()) return finding;
    for (const std::int64_t batch : batches)
        finding.sentences.push_back(crossing_sentence(crossing(sweep, batch)));
    if (run.spectra) {
        if (const auto rank = break_even_rank(run.spectra->layers)) {
            finding.sentences.push_back(
                fmt::format("By multiply-adds, the factors of one matrix equal it at r = mn/(m+n): {}. All "
                            "layers together are "
                            "equal at rank {:.0f}.",
                            break_even_list(run.spectra->layers), *rank));
        }
    }
    finding.sentences.push_back(rate_sentence(sweep, batches.back()));
    const SweepPoint* best = best_trade_off(sweep);
    if (best != nullptr && latency_at(*best, batches.back()) != nullptr) {
        finding.sentences.push_back(small_rank_sentence(sweep, *best, batches.back()));
    }
    if (batches.front() == 1) finding.sentences.push_back(memory_sentence(sweep));
    return finding;
}

}  // namespace eckart::report
