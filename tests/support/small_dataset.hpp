#pragma once

#include <algorithm>

#include "eckart/core/rng.hpp"
#include "eckart/data/dataset.hpp"

namespace eckart::test {

/// `count` images of 3 x 2 x 2 bytes in three classes: a color per class, with noise that makes some
/// ambiguous.
inline data::Dataset small_dataset(std::size_t count, Rng rng) {
    data::Dataset set{{3, 2, 2}, {"red", "green", "blue"}, {}, {}};
    for (std::size_t i = 0; i < count; ++i) {
        const auto label = static_cast<std::uint8_t>(rng.index(3));
        set.labels.push_back(label);
        for (int byte = 0; byte < 12; ++byte) {
            const double value = 110 + (byte / 4 == label ? 40 : 0) + 45 * rng.normal();
            set.pixels.push_back(static_cast<std::uint8_t>(std::clamp(value, 0.0, 255.0)));
        }
    }
    return set;
}

inline data::DatasetPair small_dataset_pair(std::size_t train_count = 230, std::size_t test_count = 60) {
    return {small_dataset(train_count, Rng(1)), small_dataset(test_count, Rng(2)), "colors", "memory",
            "sha256:0"};
}

}  // namespace eckart::test
