#pragma once

#include <memory>

#include "eckart/model/residual_mlp.hpp"
#include "random_matrix.hpp"

namespace eckart::test {

/// A layer of random factors of rank r.
template <class T>
std::unique_ptr<model::Linear<T>> random_factored(const model::LayerShape& shape, Eigen::Index r, Rng& rng) {
    return std::make_unique<model::FactoredLinear<T>>(
        shape.name, random_matrix<T>(shape.out, r, rng) / std::sqrt(static_cast<T>(r)),
        random_matrix<T>(r, shape.in, rng) / std::sqrt(static_cast<T>(shape.in)),
        random_matrix<T>(1, shape.out, rng));
}

/// A network whose layers 1, 3, 5, ... are random factors of rank r and the others dense.
inline model::ResidualMlp<float> half_factored_network(const model::MlpArchitecture& architecture,
                                                       Eigen::Index r, Rng rng) {
    model::ResidualMlp<float> network = model::make_initialized(architecture, rng);
    const auto shapes = model::layer_shapes(architecture);
    for (std::size_t i = 1; i < shapes.size(); i += 2) {
        network.replace_layer(i, random_factored<float>(shapes[i], r, rng));
    }
    return network;
}

}  // namespace eckart::test
