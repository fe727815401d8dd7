#include "eckart/evaluate/latency.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "eckart/core/error.hpp"

namespace eckart::evaluate {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

/// `sorted` is not empty, 0 <= fraction <= 1.
double percentile(const std::vector<double>& sorted, double fraction) {
    const double position = fraction * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(position);
    const std::size_t above = std::min(below + 1, sorted.size() - 1);
    return std::lerp(sorted[below], sorted[above], position - static_cast<double>(below));
}

}  // namespace

Spread spread_of(std::vector<double> samples) {
    if (samples.empty()) throw InvalidArgument("spread_of: no samples; measure at least once");
    std::ranges::sort(samples);
    return {percentile(samples, 0.5), percentile(samples, 0.1), percentile(samples, 0.9)};
}

void LatencyOptions::validate() const {
    if (warmup < 0 || min_repetitions < 1 || max_repetitions < min_repetitions) {
        throw InvalidArgument(fmt::format(
            "latency: warmup {}, repetitions {} to {}; needed are warmup >= 0 and 1 <= minimum <= maximum",
            warmup, min_repetitions, max_repetitions));
    }
    if (!(seconds >= 0))
        throw InvalidArgument(fmt::format("latency: {} seconds; it must be at least 0", seconds));
}

std::vector<Latency> measure_latency(std::span<const model::Network<float>* const> networks,
                                     ops::Backend<float>& backend, ConstMatrixView<float> x,
                                     const LatencyOptions& options) {
    options.validate();
    std::vector<model::NetworkState<float>> states(networks.size());
    std::vector<std::vector<double>> samples(networks.size());
    for (int i = 0; i < options.warmup; ++i) {
        for (std::size_t k = 0; k < networks.size(); ++k) networks[k]->forward(backend, x, states[k]);
    }
    const Clock::time_point start = Clock::now();
    for (int i = 0; i < options.max_repetitions; ++i) {
        if (i >= options.min_repetitions && seconds_since(start) >= options.seconds) break;
        for (std::size_t k = 0; k < networks.size(); ++k) {
            const Clock::time_point before = Clock::now();
            networks[k]->forward(backend, x, states[k]);
            samples[k].push_back(seconds_since(before));
        }
    }
    std::vector<Latency> result;
    result.reserve(samples.size());
    for (const std::vector<double>& times : samples) {
        result.push_back({spread_of(times), static_cast<int>(times.size())});
    }
    return result;
}

Json to_json(const Spread& spread) {
    return {{"median", spread.median}, {"low", spread.low}, {"high", spread.high}};
}

}  // namespace eckart::evaluate
