#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "eckart/model/residual_mlp.hpp"
#include "random_matrix.hpp"

namespace eckart::test {

/// A layer of random factors of rank r.
template <class T>
std::unique_ptr<model::Linear<T>> random_factored(const model::LayerShape& shape, Eigen::Index r, Rng& rng) {
    return std::make_unique<model::FactoredLinear<T>>(
        shape.name, random_matrix<T>(shape.out, r, rng) / std::sqrt(static_cast<T>(r)),
        random_matrix<T>(r, shape.in, rng) / std::sqrt(static_cast<T>(shape.in)),
        shape.bias ? random_matrix<T>(1, shape.out, rng) : Matrix<T>());
}

/// A network of random weights; its layers 1, 3, 5, ... are factors of rank r unless r is 0.
inline model::Network<float> random_network(const model::Architecture& architecture, Eigen::Index r,
                                            Rng rng) {
    model::Network<float> network = model::make_initialized(architecture, rng);
    for (std::size_t i = 1; i < architecture.layers.size() && r > 0; i += 2) {
        network.replace_layer(i, random_factored<float>(architecture.layers[i], r, rng));
    }
    return network;
}

/// A residual MLP whose layers 1, 3, 5, ... are random factors of rank r and the others dense.
inline model::Network<float> half_factored_network(const model::MlpArchitecture& sizes, Eigen::Index r,
                                                   Rng rng) {
    return random_network(model::residual_mlp(sizes), r, rng);
}

/// Layers, ReLUs and sums in any order: of values just made and of older ones, of one value with itself, with
/// and without biases.
inline model::Architecture random_architecture(Rng& rng) {
    model::Architecture architecture{static_cast<std::int64_t>(3 + rng.index(4)), {}, {}};
    const auto any = [&] { return static_cast<std::size_t>(rng.index(architecture.steps.size() + 1)); };
    const auto linear = [&](std::size_t of, std::int64_t out) {
        const std::string name = "layers." + std::to_string(architecture.layers.size()) + ".fc";
        return architecture.add_linear(of, name, out, rng.index(3) > 0);
    };
    std::vector<std::int64_t> widths{architecture.input};
    std::vector<int> uses{0};
    const auto note = [&] {
        const model::Step& step = architecture.steps.back();
        ++uses[step.input];
        if (step.kind == model::Step::Kind::kAdd) ++uses[step.other];
        widths.push_back(step.kind == model::Step::Kind::kLinear ? architecture.layers.back().out
                                                                 : widths[step.input]);
        uses.push_back(0);
    };
    const auto steps = 3 + rng.index(9);
    for (std::uint64_t i = 0; i < steps; ++i) {
        const std::size_t of = rng.index(2) == 0 ? architecture.steps.size() : any();
        const std::size_t other = any();
        const std::uint64_t kind = rng.index(3);
        if (kind == 0 && widths[of] == widths[other]) {
            architecture.add_sum(of, other);
        } else if (kind == 1) {
            architecture.add_relu(of);
        } else {
            linear(of, static_cast<std::int64_t>(2 + rng.index(4)));
        }
        note();
    }
    // All that nothing uses is brought to one width and summed.
    std::size_t sum = architecture.steps.size();
    for (std::size_t value = 0; value < sum; ++value) {
        if (uses[value] > 0) continue;
        const std::size_t last = architecture.steps.size();
        linear(value, widths[last]);
        note();
        architecture.add_sum(architecture.steps.size(), last);
        note();
    }
    linear(architecture.steps.size(), 4);
    return architecture;
}

}  // namespace eckart::test
