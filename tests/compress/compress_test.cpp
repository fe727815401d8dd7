#include "eckart/compress/compress.hpp"

#include <gtest/gtest.h>

#include "eckart/compress/balance.hpp"
#include "eckart/core/error.hpp"
#include "same_bits.hpp"
#include "small_networks.hpp"

namespace eckart::compress {
namespace {

const model::MlpArchitecture kArchitecture{30, 20, 1, 10};

std::vector<LayerDecomposition> decomposition_of(const model::Network<float>& network) {
    ProgressObserver silent;
    return decompose(network, silent, {});
}

CompressOptions at_rank(std::int64_t rank, bool allow_larger = false) {
    CompressOptions options;
    options.rank = rank;
    options.allow_larger = allow_larger;
    return options;
}

TEST(Compress, PredictedErrorIsTheMeasuredOne) {
    const auto network = model::make_initialized(kArchitecture, Rng(1));
    const auto decomposition = decomposition_of(network);
    for (const std::int64_t rank : {1, 3, 7, 10, 20}) {
        for (const LayerOutcome& layer :
             compress_network(network, decomposition, at_rank(rank, true)).layers) {
            EXPECT_TRUE(layer.factored);
            EXPECT_NEAR(layer.predicted_error, layer.measured_error, 2e-6) << layer.name << " at " << rank;
            EXPECT_NEAR(layer.retained_energy, 1 - layer.predicted_error * layer.predicted_error, 1e-12);
        }
    }
}

TEST(Compress, LayersThatWouldGrowStayDense) {
    const auto network = model::make_initialized(kArchitecture, Rng(1));
    // fc1 is 20 x 30: 12 * 50 = 600 = 20 * 30 breaks even; res1 is 20 x 20: 10 * 40 = 400; fc2 is 10 x 20.
    const auto compressed = compress_network(network, decomposition_of(network), at_rank(10));
    EXPECT_TRUE(compressed.layers[0].factored);
    EXPECT_FALSE(compressed.layers[1].factored);
    EXPECT_FALSE(compressed.layers[3].factored);
    EXPECT_FALSE(compressed.layers[3].why.empty());
    EXPECT_LT(compressed.network.size().parameters, network.size().parameters);
    std::int64_t after = 0;
    for (const LayerOutcome& layer : compressed.layers) after += layer.parameters_after;
    EXPECT_EQ(after, compressed.network.size().parameters);
    const auto same = compress_network(network, decomposition_of(network), at_rank(1000));
    EXPECT_TRUE(test::same_bits(same.network, network));
}

TEST(Compress, RefusesRankZeroAndForeignDecompositions) {
    const auto network = model::make_initialized(kArchitecture, Rng(1));
    EXPECT_THROW((void)compress_network(network, decomposition_of(network), at_rank(0)), InvalidArgument);
    EXPECT_THROW((void)compress_network(network, {}, at_rank(1)), InvalidArgument);
}

TEST(Balance, KeepsTheProductAndEqualizesTheNorms) {
    auto network = test::half_factored_network(kArchitecture, 4, Rng(2));
    for (model::Parameter<float>* parameter : network.parameters()) {
        if (parameter->name.ends_with(".0.weight")) parameter->value *= 100.0F;
    }
    const auto before = network;
    balance_factors(network);
    for (std::size_t i = 0; i < network.layer_count(); ++i) {
        const MatrixF product = before.layer(i).dense_weight();
        EXPECT_LE((network.layer(i).dense_weight() - product).norm(), 1e-5F * product.norm());
        if (const auto* layer = dynamic_cast<const model::FactoredLinear<float>*>(&network.layer(i))) {
            EXPECT_NEAR(layer->a().value.norm(), layer->b().value.norm(), 1e-4 * layer->b().value.norm());
            EXPECT_EQ(layer->rank(), 4);
        }
    }
}

}  // namespace
}  // namespace eckart::compress
