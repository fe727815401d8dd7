#include "eckart/compress/balance.hpp"

#include "compress/factors.hpp"
#include "eckart/compress/decomposition.hpp"

namespace eckart::compress {

std::unique_ptr<model::FactoredLinear<float>> balanced_factors(const std::string& name,
                                                               const linalg::Svd<float>& svd,
                                                               Eigen::Index rank, const MatrixF& bias) {
    const VectorF root = svd.s.head(rank).cwiseSqrt();
    MatrixF b = svd.u.leftCols(rank) * root.asDiagonal();
    MatrixF a = root.asDiagonal() * svd.vt.topRows(rank);
    return std::make_unique<model::FactoredLinear<float>>(name, std::move(b), std::move(a), bias);
}

void balance_factors(model::Network<float>& network) {
    for (std::size_t i = 0; i < network.layer_count(); ++i) {
        const auto* layer = dynamic_cast<const model::FactoredLinear<float>*>(&network.layer(i));
        if (layer == nullptr) continue;
        const linalg::Svd<float> svd = product_svd(layer->b().value, layer->a().value, layer->name());
        network.replace_layer(i, balanced_factors(layer->name(), svd, svd.s.size(), layer->bias().value));
    }
}

}  // namespace eckart::compress
