#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "eckart/core/rng.hpp"
#include "eckart/model/architecture.hpp"
#include "eckart/model/network.hpp"

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

/// The residual MLP of these sizes, its layers in forward order: fc1, res1.layer1, res1.layer2, res2.layer1,
/// ..., fc2. Throws as validate().
Architecture residual_mlp(const MlpArchitecture& sizes = {});

/// The sizes of an architecture that residual_mlp() makes; none for any other.
std::optional<MlpArchitecture> residual_mlp_sizes(const Architecture& architecture);

/// An architecture in a line: "Residual MLP 3072 - 1000 x (1 + 2 x 2) - 10", or the widths of any other,
/// "Network 784 - 300 - 100 - 10".
std::string outline(const Architecture& architecture);

/// make_initialized() of the residual MLP of these sizes.
Network<float> make_initialized(const MlpArchitecture& sizes, const Rng& rng);

}  // namespace eckart::model

#pragma GCC visibility pop
