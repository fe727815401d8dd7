#pragma once

#include <cstdint>

#include "eckart/data/dataset.hpp"
#include "eckart/model/network.hpp"
#include "eckart/ops/backend.hpp"

#pragma GCC visibility push(default)

namespace eckart::evaluate {

/// How a network does on a labelled set.
struct Evaluation {
    std::int64_t correct = 0;
    std::int64_t count = 0;
    double mean_loss = 0;                   ///< negative log-likelihood per sample, natural logarithm
    [[nodiscard]] double accuracy() const;  ///< correct / count, 0 for an empty set
};

/// Runs `network` over all of `data` in batches of `batch` (the result depends on it only through rounding).
/// Images are scaled to [-1, 1] batch by batch. T is float or double. Throws InvalidArgument when the images
/// do not fit the network, a label has no class in it, or `batch` < 1.
template <class T>
Evaluation evaluate(const model::Network<T>& network, ops::Backend<T>& backend, const data::Dataset& data,
                    std::int64_t batch = 1000);

/// Throws NumericalError unless the mean loss is a number: with overflowing outputs neither it nor the
/// accuracy means anything.
void require_finite(const Evaluation& evaluation);

/// Throws InvalidArgument naming both sizes unless `data`'s images and classes fit `architecture`.
void require_fitting(const model::Architecture& architecture, const data::Dataset& data);

}  // namespace eckart::evaluate

#pragma GCC visibility pop
