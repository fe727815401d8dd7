#include "eckart/train/orthogonal_factors.hpp"

#include <memory>
#include <utility>

#include "core/shown.hpp"
#include "eckart/compress/decomposition.hpp"
#include "eckart/core/error.hpp"
#include "eckart/train/orthogonal_step.hpp"

namespace eckart::train {

namespace {

/// What Adam adds to a tensor of gradient `g`.
MatrixF adam_direction(const ops::AdamOptions& adam, std::int64_t t, MatrixF& g, MatrixF& moment1,
                       MatrixF& moment2) {
    MatrixF step = MatrixF::Zero(g.rows(), g.cols());
    ops::adam_step<float>(adam, t, flat(step), flat(g), flat(moment1), flat(moment2));
    return step;
}

MatrixF b_of(const OrthogonalFactors& factors) {
    return factors.u * factors.sigma.row(0).asDiagonal();
}

MatrixF a_of(const OrthogonalFactors& factors) {
    return factors.sigma.row(0).asDiagonal() * factors.v.transpose();
}

}  // namespace

template <class T>
FactorGradients<T> factor_gradients(const Matrix<T>& u, const Matrix<T>& sigma, const Matrix<T>& v,
                                    const Matrix<T>& gradient_b, const Matrix<T>& gradient_a) {
    FactorGradients<T> gradients;
    gradients.u = gradient_b * sigma.row(0).asDiagonal();
    gradients.vt = sigma.row(0).asDiagonal() * gradient_a;
    gradients.sigma = u.cwiseProduct(gradient_b).colwise().sum() +
                      v.transpose().cwiseProduct(gradient_a).rowwise().sum().transpose();
    return gradients;
}

std::vector<OrthogonalFactors> orthogonalize(model::Network<float>& network) {
    std::vector<OrthogonalFactors> all;
    for (std::size_t i = 0; i < network.layer_count(); ++i) {
        const auto* layer = dynamic_cast<const model::FactoredLinear<float>*>(&network.layer(i));
        if (layer == nullptr) continue;
        const linalg::Svd<float> svd =
            compress::product_svd(layer->b().value, layer->a().value, layer->name());
        OrthogonalFactors factors;
        factors.layer = i;
        factors.u = svd.u;
        factors.sigma = svd.s.cwiseSqrt().transpose();
        factors.v = svd.vt.transpose();
        factors.sigma_moment1 = MatrixF::Zero(1, svd.s.size());
        factors.sigma_moment2 = MatrixF::Zero(1, svd.s.size());
        network.replace_layer(i, std::make_unique<model::FactoredLinear<float>>(
                                     layer->name(), b_of(factors), a_of(factors), layer->bias().value));
        all.push_back(std::move(factors));
    }
    if (all.empty()) {
        throw InvalidArgument(
            "orthogonal factors: the network has no factored layer; compress it first or train it freely");
    }
    return all;
}

bool step_factors(const ops::AdamOptions& adam, std::int64_t t, OrthogonalFactors& factors,
                  const FactorPair& pair) {
    FactorGradients<float> gradients =
        factor_gradients<float>(factors.u, factors.sigma, factors.v, pair.b.gradient, pair.a.gradient);
    const MatrixF du = adam_direction(adam, t, gradients.u, pair.u_moment1, pair.u_moment2);
    const MatrixF dv = adam_direction(adam, t, gradients.vt, pair.vt_moment1, pair.vt_moment2).transpose();
    if (!geodesic_step<float>(factors.u, du) || !geodesic_step<float>(factors.v, dv)) return false;
    ops::adam_step<float>(adam, t, flat(factors.sigma), flat(gradients.sigma), flat(factors.sigma_moment1),
                          flat(factors.sigma_moment2));
    pair.b.value = b_of(factors);
    pair.a.value = a_of(factors);
    return true;
}

template ECKART_SHOWN FactorGradients<float> factor_gradients<float>(const MatrixF&, const MatrixF&,
                                                                     const MatrixF&, const MatrixF&,
                                                                     const MatrixF&);
template ECKART_SHOWN FactorGradients<double> factor_gradients<double>(const MatrixD&, const MatrixD&,
                                                                       const MatrixD&, const MatrixD&,
                                                                       const MatrixD&);

}  // namespace eckart::train
