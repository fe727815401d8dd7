#include "report/analysis.hpp"

#include <algorithm>
#include <cmath>
#include <set>

namespace eckart::report {

double retained_energy(const LayerSpectrum& layer, std::int64_t rank) {
    double kept = 0;
    double total = 0;
    for (std::size_t i = 0; i < layer.singular_values.size(); ++i) {
        const double energy = layer.singular_values[i] * layer.singular_values[i];
        total += energy;
        if (static_cast<std::int64_t>(i) < rank) kept += energy;
    }
    return total > 0 ? kept / total : 1;
}

std::int64_t rank_for_energy(const LayerSpectrum& layer, double share) {
    double total = 0;
    for (const double s : layer.singular_values) total += s * s;
    double kept = 0;
    for (std::size_t i = 0; i < layer.singular_values.size(); ++i) {
        kept += layer.singular_values[i] * layer.singular_values[i];
        if (kept >= share * total) return static_cast<std::int64_t>(i) + 1;
    }
    return static_cast<std::int64_t>(layer.singular_values.size());
}

double initial_largest_singular_value(std::int64_t out, std::int64_t in) {
    const auto rows = static_cast<double>(out);
    const auto columns = static_cast<double>(in);
    return (std::sqrt(rows) + std::sqrt(columns)) / std::sqrt(3 * columns);
}

std::int64_t values_above_initial(const LayerSpectrum& layer) {
    const double edge = initial_largest_singular_value(layer.out, layer.in);
    return std::count_if(layer.singular_values.begin(), layer.singular_values.end(),
                         [&](double s) { return s > edge; });
}

std::optional<double> break_even_rank(const std::vector<LayerSpectrum>& layers) {
    double dense = 0;
    std::int64_t largest = 0;
    for (const LayerSpectrum& layer : layers) {
        dense += static_cast<double>(layer.out) * static_cast<double>(layer.in);
        largest = std::max(largest, std::min(layer.out, layer.in));
    }
    if (dense == 0) return std::nullopt;
    const auto factored = [&](double rank) {
        double sum = 0;
        for (const LayerSpectrum& layer : layers) {
            const auto limit = static_cast<double>(std::min(layer.out, layer.in));
            sum += std::min(rank, limit) * static_cast<double>(layer.out + layer.in);
        }
        return sum;
    };
    // factored() grows linearly between whole ranks, and exceeds `dense` at the largest one.
    double low = 0;
    auto high = static_cast<double>(largest);
    while (high - low > 1e-6 * high) {
        const double middle = (low + high) / 2;
        (factored(middle) < dense ? low : high) = middle;
    }
    return high;
}

const SweepPoint* lowest_rank_within_tolerance(const Sweep& sweep) {
    const SweepPoint* lowest = nullptr;
    for (auto point = sweep.points.rbegin(); point != sweep.points.rend(); ++point) {
        if (point->test_accuracy < sweep.dense_accuracy - kTolerance) break;
        lowest = &*point;
    }
    return lowest;
}

const SweepPoint* best_trade_off(const Sweep& sweep) {
    const SweepPoint* best = nullptr;
    for (const SweepPoint& point : sweep.points) {
        if (point.test_accuracy < sweep.dense_accuracy - kTolerance) continue;
        if (point.size.parameters >= sweep.dense.parameters) continue;
        if (best == nullptr || point.size.parameters < best->size.parameters) best = &point;
    }
    return best;
}

const FineTuning* best_fine_tuning(const RunData& run) {
    const FineTuning* smallest = nullptr;
    const FineTuning* most_accurate = nullptr;
    for (const FineTuning& tuning : run.fine_tunings) {
        const double accuracy = final_accuracy(tuning);
        const auto dense = tuning.dense_accuracy ? tuning.dense_accuracy : run.dense_accuracy();
        if (dense && accuracy >= *dense - kTolerance &&
            (smallest == nullptr || tuning.parameters < smallest->parameters)) {
            smallest = &tuning;
        }
        if (most_accurate == nullptr || accuracy > final_accuracy(*most_accurate)) most_accurate = &tuning;
    }
    return smallest != nullptr ? smallest : most_accurate;
}

double final_accuracy(const FineTuning& tuning) {
    return tuning.epochs.empty() ? tuning.compressed_accuracy : tuning.epochs.back().test_accuracy;
}

std::vector<std::int64_t> timed_batches(const Sweep& sweep) {
    std::set<std::int64_t> batches;
    for (const SweepPoint& point : sweep.points) {
        for (const Latency& latency : point.latency) batches.insert(latency.batch);
    }
    return {batches.begin(), batches.end()};
}

const Latency* latency_at(const SweepPoint& point, std::int64_t batch) {
    for (const Latency& latency : point.latency) {
        if (latency.batch == batch) return &latency;
    }
    return nullptr;
}

Crossing crossing(const Sweep& sweep, std::int64_t batch) {
    Crossing result;
    result.batch = batch;
    const auto relative_time = [&](const SweepPoint& point) {
        return 1 / latency_at(point, batch)->speedup();
    };
    std::optional<bool> before;
    for (const SweepPoint& point : sweep.points) {
        if (latency_at(point, batch) == nullptr) continue;
        const bool faster = relative_time(point) < 1;
        (faster ? result.faster : result.slower).push_back(&point);
        if (before && *before != faster) ++result.changes;
        before = faster;
    }
    if (result.changes == 1 && result.faster.front() < result.slower.front()) {
        const SweepPoint& last = *result.faster.back();
        const SweepPoint& first = *result.slower.front();
        const double below = relative_time(last);
        const double above = relative_time(first);
        const auto from = static_cast<double>(last.rank);
        const auto to = static_cast<double>(first.rank);
        result.rank = from + (to - from) * (1 - below) / (above - below);
    }
    return result;
}

}  // namespace eckart::report
