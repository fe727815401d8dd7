#pragma once

#include <cstdint>
#include <string>

#include "eckart/core/json.hpp"
#include "eckart/ops/adam.hpp"

#pragma GCC visibility push(default)

namespace eckart::train {

/// How the learning rate changes over a run of S steps.
enum class Schedule {
    kConstant,  ///< always the given rate
    kCosine,    ///< rate / 2 * (1 + cos(pi t / S)) at step t = 0 .. S-1 (Loshchilov and Hutter 2017, no
                ///< restarts)
};

/// How the factors of factored layers are moved.
enum class FactorUpdate {
    kFree,        ///< Adam on B and A like on every tensor
    kOrthogonal,  ///< B = U diag(sigma), A = diag(sigma) Vt; U and V stay orthonormal
                  ///< (orthogonal_factors.hpp)
};

/// Everything that decides the bits of a training run, besides the initial weights, the data, the machine and
/// the number of threads.
struct TrainOptions {
    std::int64_t epochs = 7;
    std::int64_t batch = 100;  ///< samples per step; the last batch of an epoch may be smaller
    ops::AdamOptions adam;
    Schedule schedule = Schedule::kConstant;
    std::uint64_t seed = 0;  ///< of the order of the samples
    FactorUpdate factors = FactorUpdate::kFree;

    /// Throws InvalidArgument naming the field: epochs in 1 .. 100,000, batch in 1 .. 1,000,000, Adam's
    /// options.
    void validate() const;
};

/// The learning rate of step `step` (from 0) out of `steps`.
double learning_rate(const TrainOptions& options, std::int64_t step, std::int64_t steps);

/// "constant", "cosine".
std::string to_string(Schedule schedule);
/// The reverse. Throws InvalidArgument.
Schedule schedule_from_string(const std::string& name);

/// "free", "orthogonal".
std::string to_string(FactorUpdate factors);

/// {"epochs", "batch", "learning_rate", "schedule", "seed"} and, unless they are free, "factors".
Json to_json(const TrainOptions& options);

}  // namespace eckart::train

#pragma GCC visibility pop
