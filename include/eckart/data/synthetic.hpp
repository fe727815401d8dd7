#pragma once

#include <cstdint>

#include "eckart/data/dataset.hpp"

#pragma GCC visibility push(default)

namespace eckart::data {

struct SyntheticOptions {
    std::int64_t train_count = 10'000;
    std::int64_t test_count = 2'000;
    std::uint64_t seed = 0;

    /// Throws InvalidArgument unless both counts are in 1 .. 1,000,000.
    void validate() const;
};

/// Ten shapes as 32 x 32 color images that can be learned but not solved, to stand for CIFAR-10: position,
/// size, tilt, colors, contrast (sometimes dark on light), lighting and noise are random, and one label in
/// twenty is drawn anew. The same seed gives the same bytes on every machine.
DatasetPair make_synthetic(const SyntheticOptions& options);

}  // namespace eckart::data

#pragma GCC visibility pop
