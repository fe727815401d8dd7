#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "eckart/core/json.hpp"
#include "eckart/core/matrix.hpp"
#include "eckart/model/network.hpp"

namespace eckart::test {

/// tests/golden/pytorch_residual_mlp.json; see make_pytorch_golden.py beside it.
inline const Json& pytorch_golden() {
    static const Json golden = Json::parse(
        std::ifstream(std::filesystem::path(ECKART_SOURCE_DIR) / "tests/golden/pytorch_residual_mlp.json"));
    return golden;
}

/// A tensor of the golden file; vectors come as one row.
inline MatrixD golden_tensor(const Json& tensor) {
    const auto shape = tensor.at("shape").get<std::vector<Eigen::Index>>();
    const auto data = tensor.at("data").get<std::vector<double>>();
    const Eigen::Index rows = shape.size() == 2 ? shape[0] : 1;
    return ConstMatrixView<double>(data.data(), rows, shape.back());
}

/// The network whose weights `tensors` holds.
inline model::Network<double> golden_network(const Json& tensors) {
    const model::Architecture architecture = model::architecture_from_json(pytorch_golden().at("model"));
    std::vector<std::unique_ptr<model::Linear<double>>> layers;
    for (const model::LayerShape& layer : architecture.layers) {
        layers.push_back(std::make_unique<model::DenseLinear<double>>(
            layer.name, golden_tensor(tensors.at(layer.name + ".weight")),
            golden_tensor(tensors.at(layer.name + ".bias"))));
    }
    return {architecture, std::move(layers)};
}

/// All samples as bytes (count, 12).
inline std::vector<std::uint8_t> golden_pixels() {
    return pytorch_golden().at("pixels").get<std::vector<std::uint8_t>>();
}

inline std::vector<std::uint8_t> golden_labels() {
    return pytorch_golden().at("labels").get<std::vector<std::uint8_t>>();
}

}  // namespace eckart::test
