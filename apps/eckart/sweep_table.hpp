#pragma once

#include <string>
#include <vector>

#include "eckart/sweep/sweep.hpp"

namespace eckart::cli {

/// A sweep for the eye: a row per rank, the dense network last, its times the median of all series.
std::string sweep_table(const std::vector<sweep::SweepPoint>& points, const model::ModelSize& dense_size,
                        const evaluate::Evaluation& dense, const std::vector<std::int64_t>& batches);

}  // namespace eckart::cli
