#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "report/analysis.hpp"
#include "report/findings.hpp"
#include "report/format.hpp"

namespace eckart::report {
namespace {

constexpr double kNearlyEqual = 0.1;

std::string batch_name(std::int64_t batch) {
    return batch == 1 ? "One image at a time" : "In batches of " + whole(batch);
}

std::string crossing_sentence(const Crossing& found) {
    const auto factor = [&](const SweepPoint& point) {
        return times(latency_at(point, found.batch)->speedup());
    };
    const std::string start = batch_name(found.batch);
    if (found.faster.empty()) {
        return fmt::format(
            "{}, the factors are slower than the dense network at every rank measured ({} at rank {}).",
            start, factor(*found.slower.front()), found.slower.front()->rank);
    }
    if (found.slower.empty()) {
        return fmt::format(
            "{}, the factors are faster than the dense network at every rank measured (still {} at "
            "rank {}).",
            start, factor(*found.faster.back()), found.faster.back()->rank);
    }
    if (!found.rank) {
        return fmt::format(
            "{}, the factors are faster at {} and slower at {}: {}, so noise or overhead decides.", start,
            rank_list(found.faster), rank_list(found.slower),
            found.changes > 1 ? "the times cross more than once" : "the larger ranks are the faster ones");
    }
    return fmt::format(
        "{}, the factors are faster up to rank {} ({}) and slower from rank {} ({}): equal at about "
        "rank {:.0f}.",
        start, found.faster.back()->rank, factor(*found.faster.back()), found.slower.front()->rank,
        factor(*found.slower.front()), *found.rank);
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

/// Where times are equal against the rank `counts`, where the counts of multiply-adds are (0: not known);
/// empty where the ranks measured do not show it.
std::string equal_time_clause(const Crossing& found, double counts) {
    if (counts <= 0) return "";
    const char* lower = "times are equal at a lower rank than the counts";
    const char* higher = "times are equal at a higher rank than the counts";
    if (found.rank) {
        const double difference = *found.rank - counts;
        if (std::abs(difference) <= kNearlyEqual * counts)
            return "times and counts are equal at nearly the same rank";
        return difference < 0 ? lower : higher;
    }
    const auto rank_of = [](const SweepPoint* point) { return static_cast<double>(point->rank); };
    if (found.faster.empty() && rank_of(found.slower.front()) < counts) return lower;
    if (found.slower.empty() && rank_of(found.faster.back()) > counts) return higher;
    return "";
}

std::string rate_sentence(const Sweep& sweep, std::int64_t batch, double counts) {
    const SweepPoint& point = *nearest_to_equal_work(sweep, batch);
    const Latency& latency = *latency_at(point, batch);
    const double dense = rate(sweep.dense.macs, batch, latency.dense.median);
    const double factored = rate(point.size.macs, batch, latency.factored.median);
    const std::string clause = equal_time_clause(crossing(sweep, batch), counts);
    const auto has = [&](const char* word) { return clause.find(word) != std::string::npos; };
    std::string why = ": here both use the processor equally well";
    bool follows = has("nearly");
    if (factored < 0.97 * dense) {
        why =
            ": two thin products instead of one, with an intermediate result to write and read again, use "
            "the processor less well";
        follows = has("lower");
    } else if (factored > 1.03 * dense) {
        why = ": each factor is small enough to stay closer to the processor than the matrix it replaces";
        follows = has("higher");
    }
    return fmt::format(
        "The count of multiply-adds is not the time. {} the dense network runs at {} GFLOP/s, the factors of "
        "rank {} at {}{}{}.",
        batch_name(batch), significant(dense, 3), point.rank, significant(factored, 3), why,
        follows ? ", so " + clause : "");
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

std::string rank_list(const std::vector<const SweepPoint*>& points) {
    std::string text = points.size() == 1 ? "rank " : "ranks ";
    for (std::size_t i = 0; i < points.size(); ++i) {
        if (i > 0) text += i + 1 == points.size() ? " and " : ", ";
        text += whole(points[i]->rank);
    }
    return text;
}

Finding time_finding(const RunData& run) {
    Finding finding{"Where does inference become faster than dense, and why not exactly at r = mn/(m+n)?",
                    {}};
    if (!run.sweep) return finding;
    const Sweep& sweep = *run.sweep;
    const std::vector<std::int64_t> batches = timed_batches(sweep);
    if (batches.empty()) return finding;
    for (const std::int64_t batch : batches)
        finding.sentences.push_back(crossing_sentence(crossing(sweep, batch)));
    const auto rank = run.spectra ? break_even_rank(run.spectra->layers) : std::nullopt;
    if (rank) {
        finding.sentences.push_back(
            fmt::format("By multiply-adds, the factors of one matrix equal it at r = mn/(m+n): {}. All "
                        "layers together are "
                        "equal at rank {:.0f}.",
                        break_even_list(run.spectra->layers), *rank));
    }
    finding.sentences.push_back(rate_sentence(sweep, batches.back(), rank.value_or(0)));
    const SweepPoint* best = best_trade_off(sweep);
    if (best != nullptr && latency_at(*best, batches.back()) != nullptr) {
        finding.sentences.push_back(small_rank_sentence(sweep, *best, batches.back()));
    }
    if (batches.front() == 1) finding.sentences.push_back(memory_sentence(sweep));
    return finding;
}

}  // namespace eckart::report
