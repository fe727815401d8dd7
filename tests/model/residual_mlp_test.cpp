#include "eckart/model/residual_mlp.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "eckart/core/error.hpp"
#include "golden.hpp"
#include "small_networks.hpp"

namespace eckart::model {
namespace {

using test::random_matrix;

constexpr MlpArchitecture kSmall{13, 9, 2, 4};

TEST(ResidualMlp, ReferenceSizesHaveThePublishedCount) {
    // 3072*1000+1000 + 4*(1000*1000+1000) + 1000*10+10
    const ModelSize size = make_initialized(MlpArchitecture{}, Rng(0)).size();
    EXPECT_EQ(size.parameters, 7'087'010);
    EXPECT_EQ(size.bytes, 28'348'040);
    EXPECT_EQ(size.macs, 7'082'000);
}

TEST(ResidualMlp, InitializationIsPyTorchsDefault) {
    const auto network = make_initialized({300, 100, 1, 10}, Rng(4));
    for (const Parameter<float>* parameter : network.parameters()) {
        const Eigen::Index in = parameter->name.starts_with("fc1") ? 300 : 100;
        const float bound = 1.0F / std::sqrt(static_cast<float>(in));
        EXPECT_LE(parameter->value.cwiseAbs().maxCoeff(), bound) << parameter->name;
        if (parameter->is_vector) continue;
        // Uniform in +-bound: mean 0, variance bound^2 / 3; six standard errors of each.
        const auto count = static_cast<double>(parameter->value.size());
        const double mean = parameter->value.cast<double>().mean();
        const double variance = parameter->value.cast<double>().array().square().mean();
        EXPECT_LE(std::abs(mean), 6 * bound / std::sqrt(3 * count)) << parameter->name;
        EXPECT_NEAR(variance / (bound * bound), 1.0 / 3, 6 * std::sqrt(4.0 / 45 / count)) << parameter->name;
    }
}

TEST(ResidualMlp, SameSeedSameWeightsOtherSeedOthers) {
    const auto a = make_initialized(kSmall, Rng(1));
    const auto b = make_initialized(kSmall, Rng(1));
    const auto c = make_initialized(kSmall, Rng(2));
    for (std::size_t i = 0; i < a.layer_count(); ++i) {
        EXPECT_EQ(a.layer(i).dense_weight(), b.layer(i).dense_weight());
        EXPECT_NE(a.layer(i).dense_weight(), c.layer(i).dense_weight());
    }
    EXPECT_NE(a.layer(1).dense_weight(), a.layer(2).dense_weight())
        << "tensors draw from streams of their own";
}

TEST(ResidualMlp, CopiesAreDeep) {
    const auto network = make_initialized(kSmall, Rng(1));
    auto copy = network;
    copy.parameters()[0]->value.setZero();
    EXPECT_NE(network.parameters()[0]->value(0, 0), 0);
    copy = network;
    EXPECT_EQ(copy.parameters()[0]->value, network.parameters()[0]->value);
}

TEST(ResidualMlp, ForwardEqualsPyTorch) {
    const auto& batch = test::pytorch_golden().at("first_batch");
    const auto network = test::golden_network(test::pytorch_golden().at("initial"));
    const auto count = batch.at("size").get<Eigen::Index>();
    const std::vector<std::uint8_t> pixels = test::golden_pixels();
    MatrixD x(count, 12);
    for (Eigen::Index i = 0; i < x.size(); ++i)
        x.data()[i] = (pixels[static_cast<std::size_t>(i)] / 255.0 - 0.5) / 0.5;
    NetworkState<double> state;
    const auto backend = ops::make_reference_backend<double>();
    const MatrixD logits = network.forward(*backend, view(std::as_const(x)), state);
    const auto expected = batch.at("log_probabilities").get<std::vector<double>>();
    for (Eigen::Index row = 0; row < count; ++row) {
        const double norm = std::log(logits.row(row).array().exp().sum());
        for (Eigen::Index c = 0; c < 5; ++c) {
            EXPECT_NEAR(logits(row, c) - norm, expected[static_cast<std::size_t>(row * 5 + c)], 1e-13);
        }
    }
}

TEST(ResidualMlp, FactoredInferenceEqualsTheRebuiltMatrices) {
    const auto network = test::half_factored_network(kSmall, 3, Rng(8));
    EXPECT_TRUE(network.factored());
    const Network<double> rebuilt = rebuild_dense(network);
    EXPECT_FALSE(rebuilt.factored());
    Rng rng(9);
    const MatrixF x = random_matrix<float>(21, kSmall.input, rng);
    const MatrixD wide = x.cast<double>();
    NetworkState<float> state;
    NetworkState<double> wide_state;
    const auto fast = ops::make_onednn_backend();
    const auto oracle = ops::make_reference_backend<double>();
    const MatrixF logits = network.forward(*fast, view(x), state);
    const MatrixD expected = rebuilt.forward(*oracle, view(wide), wide_state);
    const double difference = (logits.cast<double>() - expected).cwiseAbs().maxCoeff();
    EXPECT_LE(difference, 1e-5 * expected.cwiseAbs().maxCoeff());
    EXPECT_GT(difference, 0);
}

TEST(ResidualMlp, BatchesOfAnySizeShareOneState) {
    const auto network = make_initialized(kSmall, Rng(8));
    const auto backend = ops::make_reference_backend<float>();
    Rng rng(9);
    const MatrixF x = random_matrix<float>(10, kSmall.input, rng);
    NetworkState<float> shared;
    for (const Eigen::Index rows : {10, 1, 7, 0}) {
        NetworkState<float> fresh;
        const MatrixF once = network.forward(*backend, first_rows(x, rows), fresh);
        const MatrixF again = network.forward(*backend, first_rows(x, rows), shared);
        EXPECT_EQ(once, again) << rows;
    }
}

TEST(ResidualMlp, WorksWithoutBlocks) {
    const MlpArchitecture architecture{5, 4, 0, 3};
    const auto network = make_initialized(architecture, Rng(8));
    EXPECT_EQ(network.layer_count(), 2U);
    const MatrixF x = MatrixF::Ones(2, 5);
    NetworkState<float> state;
    const MatrixF logits = network.forward(*ops::make_reference_backend<float>(), view(x), state);
    const MatrixF hidden =
        (network.layer(0).dense_weight() * x.row(0).transpose() + network.layer(0).bias().value.transpose())
            .cwiseMax(0.0F);
    const MatrixF expected =
        network.layer(1).dense_weight() * hidden + network.layer(1).bias().value.transpose();
    EXPECT_LE((logits.row(0).transpose() - expected).cwiseAbs().maxCoeff(), 1e-6F);
}

TEST(ResidualMlp, RefusesLayersThatDoNotFit) {
    auto network = make_initialized(kSmall, Rng(8));
    Rng rng(1);
    EXPECT_THROW(network.replace_layer(1, test::random_factored<float>({"res1.layer1", 9, 8}, 2, rng)),
                 InvalidArgument);
    EXPECT_THROW(network.replace_layer(1, test::random_factored<float>({"res1.layer2", 9, 9}, 2, rng)),
                 InvalidArgument);
    NetworkState<float> state;
    const MatrixF narrow = MatrixF::Zero(2, 12);
    EXPECT_THROW((void)network.forward(*ops::make_reference_backend<float>(), view(narrow), state),
                 InvalidArgument);
}

TEST(ResidualMlp, DescriptionCountsFactors) {
    const auto network = test::half_factored_network(kSmall, 3, Rng(8));
    const Json json = describe(network);
    std::int64_t parameters = 0;
    for (const auto* parameter : network.parameters()) parameters += parameter->value.size();
    EXPECT_EQ(json.at("parameters"), parameters);
    EXPECT_EQ(json.at("bytes"), 4 * parameters);
}

}  // namespace
}  // namespace eckart::model
