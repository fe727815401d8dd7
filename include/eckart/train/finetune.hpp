#pragma once

#include <string>
#include <vector>

#include "eckart/core/json.hpp"
#include "eckart/model/network.hpp"
#include "eckart/train/options.hpp"

#pragma GCC visibility push(default)

namespace eckart::train {

/// Options for fine-tuning a factored network: 3 epochs, cosine from 4e-4. Training's constant 1e-3 is too
/// large a step for weights that are already good.
TrainOptions finetune_defaults();

/// How far one tensor went.
struct TensorChange {
    std::string tensor;
    double relative_change = 0;  ///< |after - before|_F / |before|_F; infinite from zero to non-zero
};

/// One entry per parameter. Throws InvalidArgument unless both networks have the same tensors.
std::vector<TensorChange> relative_changes(const model::Network<float>& before,
                                           const model::Network<float>& after);

Json to_json(const std::vector<TensorChange>& changes);

}  // namespace eckart::train

#pragma GCC visibility pop
