#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "eckart/core/json.hpp"

#pragma GCC visibility push(default)

namespace eckart::model {

/// Sizes of the residual MLP: input -> Linear -> ReLU -> `blocks` times (Linear, ReLU, Linear, + input, ReLU)
/// -> Linear -> log-softmax. The defaults are the reference network on CIFAR-10 (7,087,010 parameters).
struct MlpArchitecture {
    std::int64_t input = 3072;
    std::int64_t hidden = 1000;
    std::int64_t blocks = 2;
    std::int64_t classes = 10;

    /// Throws InvalidArgument unless input, hidden, classes are in 1 .. 1,000,000 and blocks in 0 .. 1000.
    void validate() const;
    bool operator==(const MlpArchitecture&) const = default;
};

/// One fully-connected layer of an architecture: y (out) = W (out, in) x + b.
struct LayerShape {
    std::string name;  ///< as in PyTorch's state_dict, without ".weight"
    std::int64_t out = 0;
    std::int64_t in = 0;
};

/// All layers in forward order: fc1, res1.layer1, res1.layer2, res2.layer1, ..., fc2.
std::vector<LayerShape> layer_shapes(const MlpArchitecture& architecture);

/// {"architecture": "residual-mlp", "input": ..., "hidden": ..., "blocks": ..., "classes": ...}
Json to_json(const MlpArchitecture& architecture);

/// The reverse. Throws FormatError naming the missing or wrong field.
MlpArchitecture architecture_from_json(const Json& json);

}  // namespace eckart::model

#pragma GCC visibility pop
