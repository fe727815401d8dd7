#include "eckart/compress/compress.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "compress/factors.hpp"
#include "eckart/compress/spectrum.hpp"
#include "eckart/core/error.hpp"
#include "eckart/linalg/product.hpp"

namespace eckart::compress {

namespace {

LayerOutcome plan_layer(const model::Linear<float>& layer, const CompressOptions& options) {
    LayerOutcome outcome;
    outcome.name = layer.name();
    outcome.out = layer.out();
    outcome.in = layer.in();
    // A layer that is factored already has no more than its own rank to give.
    outcome.rank = std::min({options.rank, layer.rank(), layer.out(), layer.in()});
    outcome.parameters_before = layer.parameter_count();
    const std::int64_t weights = outcome.rank * (layer.out() + layer.in());
    outcome.factored = options.allow_larger || weights < layer.macs();
    outcome.parameters_after = layer.bias().value.size() + (outcome.factored ? weights : layer.macs());
    if (!outcome.factored) {
        outcome.rank = layer.rank();
        outcome.why = layer.factored() ? fmt::format("has rank {} already", layer.rank())
                                       : fmt::format("factors would have {} weights, the layer has {}",
                                                     weights, layer.macs());
    }
    return outcome;
}

double measure_error(const model::Linear<float>& layer, const model::FactoredLinear<float>& factors) {
    const MatrixF weight = layer.dense_weight();
    const double norm = linalg::frobenius_norm<float>(weight);
    const MatrixF product = linalg::multiply<float>(factors.b().value, factors.a().value);
    return norm > 0 ? linalg::frobenius_distance<float>(weight, product) / norm : 0;
}

void check_decomposition(const model::Network<float>& network,
                         const std::vector<LayerDecomposition>& decomposition) {
    bool fits = decomposition.size() == network.layer_count();
    for (std::size_t i = 0; fits && i < decomposition.size(); ++i) {
        const model::Linear<float>& layer = network.layer(i);
        const linalg::Svd<float>& svd = decomposition[i].svd;
        fits = decomposition[i].layer == layer.name() && svd.u.rows() == layer.out() &&
               svd.vt.cols() == layer.in() &&
               svd.s.size() == std::min({layer.rank(), layer.out(), layer.in()});
    }
    if (!fits) {
        throw InvalidArgument(
            "compress: the decomposition is not of this network; pass what decompose() returned for it, "
            "complete");
    }
}

}  // namespace

void CompressOptions::validate() const {
    if (rank < 1) throw InvalidArgument(fmt::format("compress: rank {}; it must be at least 1", rank));
}

std::vector<LayerOutcome> plan(const model::Network<float>& network, const CompressOptions& options) {
    options.validate();
    std::vector<LayerOutcome> outcomes;
    for (std::size_t i = 0; i < network.layer_count(); ++i)
        outcomes.push_back(plan_layer(network.layer(i), options));
    return outcomes;
}

CompressedNetwork compress_network(const model::Network<float>& network,
                                   const std::vector<LayerDecomposition>& decomposition,
                                   const CompressOptions& options) {
    check_decomposition(network, decomposition);
    CompressedNetwork result{network, plan(network, options)};
    for (std::size_t i = 0; i < network.layer_count(); ++i) {
        LayerOutcome& outcome = result.layers[i];
        if (!outcome.factored) continue;
        const model::Linear<float>& layer = network.layer(i);
        const linalg::Svd<float>& svd = decomposition[i].svd;
        const Truncation cut = truncation(svd.s, outcome.rank);
        outcome.retained_energy = cut.retained_energy;
        outcome.predicted_error = cut.error;
        auto factors = balanced_factors(layer.name(), svd, outcome.rank, layer.bias().value);
        if (options.measure_error) outcome.measured_error = measure_error(layer, *factors);
        result.network.replace_layer(i, std::move(factors));
    }
    return result;
}

}  // namespace eckart::compress
