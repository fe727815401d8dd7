#include <cmath>

#include "eckart/model/residual_mlp.hpp"

namespace eckart::model {

namespace {

MatrixF uniform_matrix(std::int64_t rows, std::int64_t cols, double bound, Rng rng) {
    MatrixF matrix(rows, cols);
    for (float& value : matrix.reshaped<Eigen::RowMajor>())
        value = static_cast<float>(rng.uniform(-bound, bound));
    return matrix;
}

}  // namespace

ResidualMlp<float> make_initialized(const MlpArchitecture& architecture, const Rng& rng) {
    std::vector<std::unique_ptr<Linear<float>>> layers;
    for (const LayerShape& shape : layer_shapes(architecture)) {
        const double bound = 1 / std::sqrt(static_cast<double>(shape.in));
        layers.push_back(std::make_unique<DenseLinear<float>>(
            shape.name, uniform_matrix(shape.out, shape.in, bound, rng.fork(shape.name + ".weight")),
            uniform_matrix(1, shape.out, bound, rng.fork(shape.name + ".bias"))));
    }
    return {architecture, std::move(layers)};
}

}  // namespace eckart::model
