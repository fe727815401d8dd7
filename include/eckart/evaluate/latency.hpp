#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "eckart/core/json.hpp"
#include "eckart/core/matrix.hpp"
#include "eckart/model/network.hpp"
#include "eckart/ops/backend.hpp"

#pragma GCC visibility push(default)

namespace eckart::evaluate {

/// Median and spread of repeated measurements, in seconds.
struct Spread {
    double median = 0;
    double low = 0;   ///< 10th percentile
    double high = 0;  ///< 90th percentile
};

/// Percentiles by linear interpolation between order statistics (NumPy's default). Throws InvalidArgument
/// when `samples` is empty.
Spread spread_of(std::vector<double> samples);

/// How long to measure: repetitions go on until `seconds` have passed, but at least `min_repetitions` and at
/// most `max_repetitions` of them.
struct LatencyOptions {
    int warmup = 3;
    int min_repetitions = 5;
    int max_repetitions = 101;
    double seconds = 0.6;
    /// Throws InvalidArgument naming the field.
    void validate() const;
};

/// Time of one forward pass of one network.
struct Latency {
    Spread seconds;
    int repetitions = 0;
};

/// Times one forward pass of each network on `x` (batch, input). The networks take turns within every
/// repetition, so that a machine that is busy for a while slows all of them alike. Wall-clock time.
std::vector<Latency> measure_latency(std::span<const model::Network<float>* const> networks,
                                     ops::Backend<float>& backend, ConstMatrixView<float> x,
                                     const LatencyOptions& options);

/// {"median", "low", "high"}
Json to_json(const Spread& spread);

}  // namespace eckart::evaluate

#pragma GCC visibility pop
