#include <cmath>

#include "eckart/model/network.hpp"

namespace eckart::model {

namespace {

MatrixF uniform_matrix(std::int64_t rows, std::int64_t cols, double bound, Rng rng) {
    MatrixF matrix(rows, cols);
    for (float& value : matrix.reshaped<Eigen::RowMajor>())
        value = static_cast<float>(rng.uniform(-bound, bound));
    return matrix;
}

}  // namespace

Network<float> make_initialized(const Architecture& architecture, const Rng& rng) {
    std::vector<std::unique_ptr<Linear<float>>> layers;
    for (const LayerShape& shape : architecture.layers) {
        const double bound = 1 / std::sqrt(static_cast<double>(shape.in));
        layers.push_back(std::make_unique<DenseLinear<float>>(
            shape.name, uniform_matrix(shape.out, shape.in, bound, rng.fork(shape.name + ".weight")),
            shape.bias ? uniform_matrix(1, shape.out, bound, rng.fork(shape.name + ".bias")) : MatrixF()));
    }
    return {architecture, std::move(layers)};
}

}  // namespace eckart::model
