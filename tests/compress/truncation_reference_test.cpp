// Against truncation by Eigen's Jacobi method in double, which shares nothing with the code under test.
#include <gtest/gtest.h>

#include <Eigen/SVD>

#include "eckart/compress/compress.hpp"
#include "small_networks.hpp"

namespace eckart::compress {
namespace {

const model::MlpArchitecture kTruncated{40, 26, 2, 10};

MatrixD truncated(const MatrixF& weight, Eigen::Index rank) {
    const Eigen::JacobiSVD<Eigen::MatrixXd> svd(weight.cast<double>(),
                                                Eigen::ComputeThinU | Eigen::ComputeThinV);
    return svd.matrixU().leftCols(rank) * svd.singularValues().head(rank).asDiagonal() *
           svd.matrixV().leftCols(rank).transpose();
}

double relative_distance(const MatrixD& a, const MatrixD& b) {
    return (a - b).norm() / b.norm();
}

/// A network whose spectra fall like 1 / j: W_r is then well determined at every r.
model::Network<float> decaying_network(const std::vector<LayerDecomposition>& decomposition,
                                       model::Network<float> network) {
    for (std::size_t i = 0; i < network.layer_count(); ++i) {
        const linalg::Svd<float>& svd = decomposition[i].svd;
        VectorF s(svd.s.size());
        for (Eigen::Index j = 0; j < s.size(); ++j) s[j] = 3.0F / (1.0F + static_cast<float>(j));
        network.replace_layer(i, std::make_unique<model::DenseLinear<float>>(
                                     network.layer(i).name(), MatrixF(svd.u * s.asDiagonal() * svd.vt),
                                     network.layer(i).bias().value));
    }
    return network;
}

class TruncationReference : public testing::TestWithParam<std::int64_t> {
  protected:
    [[nodiscard]] CompressedNetwork compressed() const {
        CompressOptions options;
        options.rank = GetParam();
        options.allow_larger = true;
        return compress_network(network_, decompose(network_, silent(), {}), options);
    }
    static ProgressObserver& silent() {
        static ProgressObserver observer;
        return observer;
    }
    [[nodiscard]] Eigen::Index rank_of(std::size_t layer) const {
        return std::min({GetParam(), network_.layer(layer).out(), network_.layer(layer).in()});
    }
    [[nodiscard]] const model::Network<float>& network() const { return network_; }

  private:
    model::Network<float> initial_ = model::make_initialized(kTruncated, Rng(21));
    model::Network<float> network_ = decaying_network(decompose(initial_, silent(), {}), initial_);
};

TEST_P(TruncationReference, FactorsMultiplyToTheNearestMatrixOfTheRank) {
    const CompressedNetwork result = compressed();
    for (std::size_t i = 0; i < network().layer_count(); ++i) {
        const MatrixF weight = network().layer(i).dense_weight();
        const MatrixD product = result.network.layer(i).dense_weight().cast<double>();
        const Eigen::Index r = rank_of(i);
        const MatrixD expected = truncated(weight, r);
        EXPECT_LE(relative_distance(product, expected), 1e-5) << network().layer(i).name();
        const double error = relative_distance(expected, weight.cast<double>());
        EXPECT_NEAR(result.layers[i].predicted_error, error, 3e-6) << network().layer(i).name();
        EXPECT_NEAR(result.layers[i].measured_error, error, 3e-6) << network().layer(i).name();
        if (r > 1) {  // control: the rank below is far outside
            EXPECT_GT(relative_distance(product, truncated(weight, r - 1)), 1e-3);
        }
    }
}

TEST_P(TruncationReference, InferenceOnFactorsIsThatOfTheTruncatedMatrices) {
    Rng rng(24);
    const auto x = test::random_matrix<float>(50, kTruncated.input, rng);
    const MatrixD wide = x.cast<double>();
    const auto backend = ops::make_onednn_backend();
    const auto oracle = ops::make_reference_backend<double>();
    const auto answer = [&](const model::Network<double>& net) {
        model::NetworkState<double> state;
        return MatrixD(net.forward(*oracle, view(wide), state));
    };
    auto reference = model::convert<double>(network());
    for (std::size_t i = 0; i < network().layer_count(); ++i) {
        reference.replace_layer(
            i, std::make_unique<model::DenseLinear<double>>(
                   network().layer(i).name(), truncated(network().layer(i).dense_weight(), rank_of(i)),
                   network().layer(i).bias().value.cast<double>()));
    }
    const CompressedNetwork result = compressed();
    model::NetworkState<float> state;
    const MatrixD logits = result.network.forward(*backend, view(x), state).cast<double>();
    EXPECT_LE(relative_distance(logits, answer(reference)), 2e-5);
    if (GetParam() < kTruncated.hidden) {  // control: the dense network answers otherwise
        EXPECT_GT(relative_distance(logits, answer(model::convert<double>(network()))), 1e-3);
    }
}

INSTANTIATE_TEST_SUITE_P(Ranks, TruncationReference, testing::Values(1, 2, 5, 9, 20, 26, 1000));

}  // namespace
}  // namespace eckart::compress
