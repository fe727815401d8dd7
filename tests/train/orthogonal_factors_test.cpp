#include "eckart/train/orthogonal_factors.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "eckart/compress/balance.hpp"
#include "eckart/core/error.hpp"
#include "eckart/io/checkpoint.hpp"
#include "eckart/linalg/product.hpp"
#include "eckart/linalg/qr.hpp"
#include "eckart/ops/elementwise.hpp"
#include "eckart/train/checkpoint.hpp"
#include "eckart/train/finetune.hpp"
#include "eckart/train/orthogonal_step.hpp"
#include "eckart/train/train.hpp"
#include "same_bits.hpp"
#include "scratch_folder.hpp"
#include "small_dataset.hpp"
#include "small_networks.hpp"

namespace eckart::train {
namespace {

using test::random_matrix;

constexpr double kEpsilon = std::numeric_limits<float>::epsilon();

/// The loss of a network on a batch as a function of U, sigma and V of one of its layers.
class Problem {
  public:
    Problem(const model::MlpArchitecture& architecture, std::size_t layer, Eigen::Index rank, Rng rng)
        : layer_(layer),
          network_(model::convert<double>(model::make_initialized(architecture, rng))),
          x_(random_matrix<double>(6, architecture.input, rng)),
          out_(network_.layer(layer).out()),
          in_(network_.layer(layer).in()),
          u(linalg::thin_qr<double>(random_matrix<double>(out_, rank, rng)).q),
          sigma(random_matrix<double>(1, rank, rng)),
          v(linalg::thin_qr<double>(random_matrix<double>(in_, rank, rng)).q) {
        for (int i = 0; i < 6; ++i) labels_.push_back(static_cast<std::uint8_t>(rng.index(2)));
    }

    double loss() {
        set();
        const MatrixD logits = network_.forward(*backend_, view(std::as_const(x_)), state_);
        return ops::softmax_nll<double>(view(logits), labels_).loss / 6;
    }

    FactorGradients<double> gradients() {
        set();
        const MatrixD logits = network_.forward(*backend_, view(std::as_const(x_)), state_);
        MatrixD dlogits(logits.rows(), logits.cols());
        ops::softmax_nll_backward<double>(view(logits), labels_, view(dlogits));
        network_.backward(*backend_, view(std::as_const(x_)), view(std::as_const(dlogits)), state_, {});
        const auto parameters = std::as_const(network_).layer(layer_).parameters();
        return factor_gradients<double>(u, sigma, v, parameters[1]->gradient, parameters[0]->gradient);
    }

  private:
    void set() {
        MatrixD b = u * sigma.row(0).asDiagonal();
        MatrixD a = sigma.row(0).asDiagonal() * v.transpose();
        const model::Linear<double>& layer = network_.layer(layer_);
        network_.replace_layer(layer_, std::make_unique<model::FactoredLinear<double>>(
                                           layer.name(), std::move(b), std::move(a), layer.bias().value));
    }

    std::size_t layer_;
    model::Network<double> network_;
    MatrixD x_;
    Eigen::Index out_;
    Eigen::Index in_;
    std::vector<std::uint8_t> labels_;
    model::NetworkState<double> state_;
    std::unique_ptr<ops::Backend<double>> backend_ = ops::make_reference_backend<double>();

  public:
    MatrixD u;
    MatrixD sigma;
    MatrixD v;
};

double central_difference(Problem& problem, double& entry) {
    constexpr double kStep = 1e-6;
    const double value = entry;
    entry = value + kStep;
    const double above = problem.loss();
    entry = value - kStep;
    const double below = problem.loss();
    entry = value;
    return (above - below) / (2 * kStep);
}

/// The largest | gradient - difference |, in units of 1e-7 of the gradient's scale (the third derivative's
/// share) and 1e-9 (the rounding of a difference of losses over 2e-6).
double gradient_error(Problem& problem, MatrixD& variable, const MatrixD& gradient) {
    double worst = 0;
    for (Eigen::Index i = 0; i < variable.size(); ++i) {
        const double difference = central_difference(problem, variable.data()[i]);
        worst = std::max(worst, std::abs(difference - gradient.data()[i]));
    }
    return worst / (1e-7 * gradient.cwiseAbs().maxCoeff() + 1e-9);
}

void expect_gradients_equal_differences(Problem problem) {
    const FactorGradients<double> gradients = problem.gradients();
    EXPECT_LE(gradient_error(problem, problem.u, gradients.u), 1);
    EXPECT_LE(gradient_error(problem, problem.sigma, gradients.sigma), 1);
    EXPECT_LE(gradient_error(problem, problem.v, gradients.vt.transpose()), 1);
}

TEST(FactorGradients, EqualCentralDifferencesOfTheLoss) {
    for (const Eigen::Index rank : {1, 3, 6}) {  // of at most 6
        expect_gradients_equal_differences({{7, 6, 2, 3}, 1, rank, Rng(31)});
    }
}

TEST(FactorGradients, AtTheFullRankOfOutOrInEqualCentralDifferences) {
    expect_gradients_equal_differences({{5, 8, 0, 3}, 1, 3, Rng(32)});  // r = out: the layer is (3, 8)
    expect_gradients_equal_differences({{3, 6, 1, 2}, 0, 3, Rng(33)});  // r = in: (6, 3)
}

TEST(FactorGradients, CheckNoticesASigmaThatCountsOnlyB) {
    Problem problem({7, 6, 2, 3}, 1, 3, Rng(31));
    const FactorGradients<double> gradients = problem.gradients();
    EXPECT_GT(gradient_error(problem, problem.sigma, gradients.sigma / 2), 1000);
    EXPECT_GT(gradient_error(problem, problem.u, gradients.u * 1.0001), 10);
}

double drift(const OrthogonalFactors& factors) {
    return std::max(orthogonality_drift<float>(factors.u), orthogonality_drift<float>(factors.v));
}

TEST(Orthogonalize, KeepsTheFunctionAndGivesOrthonormalVectors) {
    // Layer 5, (3, 16), has factors of rank 4: more than it can have.
    const model::Network<float> before = test::half_factored_network({12, 16, 2, 3}, 4, Rng(3));
    model::Network<float> after = before;
    const std::vector<OrthogonalFactors> all = orthogonalize(after);
    ASSERT_EQ(all.size(), 3U);
    for (const OrthogonalFactors& factors : all) {
        const MatrixF w = before.layer(factors.layer).dense_weight();
        const auto r = static_cast<double>(factors.sigma.cols());
        EXPECT_EQ(factors.sigma.cols(), std::min<Eigen::Index>(4, w.rows()));
        EXPECT_EQ(after.layer(factors.layer).rank(), factors.sigma.cols());
        EXPECT_LE(drift(factors), 8 * r * kEpsilon);
        EXPECT_LE(linalg::frobenius_distance<float>(after.layer(factors.layer).dense_weight(), w),
                  8 * (r + 1) * kEpsilon * linalg::frobenius_norm<float>(w));
    }
}

TEST(Orthogonalize, RefusesANetworkWithoutFactors) {
    model::Network<float> dense = model::make_initialized({12, 16, 2, 3}, Rng(3));
    EXPECT_THROW((void)orthogonalize(dense), InvalidArgument);
    EXPECT_THROW((void)start_training(dense, FactorUpdate::kOrthogonal), InvalidArgument);
}

TEST(OrthogonalFactors, WithoutAGradientKeepEveryBit) {
    TrainState state =
        start_training(test::half_factored_network({12, 16, 2, 3}, 4, Rng(3)), FactorUpdate::kOrthogonal);
    const TrainState before = state;
    const auto parameters = state.network.parameters();
    for (model::Parameter<float>* parameter : parameters) {
        parameter->gradient = MatrixF::Zero(parameter->value.rows(), parameter->value.cols());
    }
    OrthogonalFactors& factors = state.factors[0];  // of layer 1, behind fc1.weight and fc1.bias
    const FactorPair pair{*parameters[3],   *parameters[2],   state.moment1[3],
                          state.moment2[3], state.moment1[2], state.moment2[2]};
    EXPECT_TRUE(step_factors({}, 1, factors, pair));
    EXPECT_EQ(factors.u, before.factors[0].u);
    EXPECT_EQ(factors.v, before.factors[0].v);
    EXPECT_EQ(factors.sigma, before.factors[0].sigma);
    EXPECT_TRUE(test::same_bits(state.network, before.network));
    parameters[3]->gradient(1, 1) = 1;
    EXPECT_TRUE(step_factors({}, 1, factors, pair));
    EXPECT_NE(factors.u, before.factors[0].u);
}

class OrthogonalTraining : public testing::Test {
  protected:
    OrthogonalTraining() {
        options_.epochs = 3;
        options_.batch = 50;
        options_.factors = FactorUpdate::kOrthogonal;
    }

    TrainState start() { return start_training(network_, FactorUpdate::kOrthogonal); }
    Outcome run(TrainState& state) { return train(state, data_, options_, *backend_, {}); }
    /// Trains up to the step `stop_at`.
    Outcome run_until(TrainState& state, int stop_at) {
        TrainCallbacks callbacks;
        int step = 0;
        callbacks.stop = [&] { return step++ == stop_at; };
        return train(state, data_, options_, *backend_, callbacks);
    }

    test::ScratchFolder folder_;
    data::DatasetPair data_ = test::small_dataset_pair();
    model::Network<float> network_ = test::half_factored_network({12, 16, 2, 3}, 4, Rng(1));
    std::unique_ptr<ops::Backend<float>> backend_ = ops::make_onednn_backend();
    TrainOptions options_;
    Origin origin_{data_.checksum, fingerprint(network_)};
};

TEST_F(OrthogonalTraining, LowersTheLossAndKeepsTheForm) {
    options_.epochs = 20;
    TrainState state = start();
    ASSERT_EQ(run(state), Outcome::kCompleted);
    EXPECT_LT(state.history.back().train_loss, 0.8 * state.history.front().train_loss);
    for (const OrthogonalFactors& factors : state.factors) {
        EXPECT_LE(drift(factors), 4 * static_cast<double>(factors.sigma.cols() + 1) * kEpsilon);
        const auto parameters = std::as_const(state.network).layer(factors.layer).parameters();
        EXPECT_EQ(parameters[1]->value, MatrixF(factors.u * factors.sigma.row(0).asDiagonal()));
        EXPECT_EQ(parameters[0]->value, MatrixF(factors.sigma.row(0).asDiagonal() * factors.v.transpose()));
    }
    TrainState first = start();
    for (const TensorChange& change : relative_changes(first.network, state.network)) {
        EXPECT_GT(change.relative_change, 0) << change.tensor;
    }
}

TEST_F(OrthogonalTraining, FreeFactorsLeaveTheForm) {
    TrainState state = start();
    options_.factors = FactorUpdate::kFree;
    state.factors.clear();
    ASSERT_EQ(run(state), Outcome::kCompleted);
    // Balanced factors have Bt B = A At, which is diagonal.
    const auto parameters = std::as_const(state.network).layer(1).parameters();
    const MatrixF gram = parameters[1]->value.transpose() * parameters[1]->value;
    const MatrixF diagonal = gram.diagonal().asDiagonal();
    EXPECT_GT((gram - diagonal).norm(), 1000 * kEpsilon * gram.norm());
}

TEST_F(OrthogonalTraining, InterruptedSavedAndLoadedGoesOnToTheSameBits) {
    TrainState whole = start();
    ASSERT_EQ(run(whole), Outcome::kCompleted);
    for (const int stop_at : {0, 1, 6, 14}) {
        TrainState state = start();
        ASSERT_EQ(run_until(state, stop_at), Outcome::kInterrupted);
        save_state(state, options_, origin_, folder_ / "state");
        TrainState loaded = load_state(folder_ / "state", options_, origin_);
        ASSERT_EQ(loaded.steps_done, stop_at);
        ASSERT_EQ(run(loaded), Outcome::kCompleted);
        EXPECT_TRUE(test::same_bits(loaded.network, whole.network)) << stop_at;
        for (std::size_t i = 0; i < whole.factors.size(); ++i) {
            EXPECT_EQ(loaded.factors[i].u, whole.factors[i].u) << stop_at;
            EXPECT_EQ(loaded.factors[i].sigma_moment2, whole.factors[i].sigma_moment2) << stop_at;
        }
    }
}

TEST_F(OrthogonalTraining, FactorsRebuiltFromBAndAAreOfOtherBits) {
    // Why a checkpoint holds U, sigma and V although B and A are theirs.
    TrainState state = start();
    ASSERT_EQ(run_until(state, 7), Outcome::kInterrupted);
    TrainState rebuilt = state;
    (void)orthogonalize(rebuilt.network);
    EXPECT_FALSE(test::same_bits(rebuilt.network, state.network));
}

TEST_F(OrthogonalTraining, CheckpointsBelongToOneKindOfFactors) {
    const auto refused = [&](const TrainState& state, FactorUpdate saved, FactorUpdate wanted,
                             const std::string& words) {
        options_.factors = saved;
        save_state(state, options_, origin_, folder_ / "state");
        options_.factors = wanted;
        try {
            (void)load_state(folder_ / "state", options_, origin_);
            FAIL() << "loaded " << words;
        } catch (const InvalidArgument& error) {
            EXPECT_NE(std::string(error.what()).find(words), std::string::npos) << error.what();
        }
    };
    refused(start(), FactorUpdate::kOrthogonal, FactorUpdate::kFree, "orthogonal factors instead of free");
    refused(start_training(network_), FactorUpdate::kFree, FactorUpdate::kOrthogonal,
            "free factors instead of orthogonal");
}

TEST_F(OrthogonalTraining, RefusesCheckpointsWithoutTheirTensorsOrWithOthers) {
    const auto refused = [&](const TrainState& state, FactorUpdate kind, const std::string& words) {
        options_.factors = kind;
        save_state(state, options_, origin_, folder_ / "state");
        try {
            (void)load_state(folder_ / "state", options_, origin_);
            FAIL() << "loaded without " << words;
        } catch (const FormatError& error) {
            EXPECT_NE(std::string(error.what()).find(words), std::string::npos) << error.what();
        }
    };
    TrainState lacking = start();
    lacking.factors.pop_back();
    refused(lacking, FactorUpdate::kOrthogonal, "train.fc2.u");
    TrainState misshapen = start();
    misshapen.factors[0].v = MatrixF::Identity(7, 4);
    refused(misshapen, FactorUpdate::kOrthogonal, "'train.res1.layer1.v' (16, 4)");
    refused(start(), FactorUpdate::kFree, "train.fc2.sigma");
}

TEST_F(OrthogonalTraining, RefusesAStateOfTheOtherKind) {
    TrainState free = start_training(network_);
    EXPECT_THROW(run(free), InvalidArgument);
    options_.factors = FactorUpdate::kFree;
    TrainState orthogonal = start();
    EXPECT_THROW(run(orthogonal), InvalidArgument);
}

TEST_F(OrthogonalTraining, DivergesWhereAStepHasNoDirectionLeft) {
    options_.adam.learning_rate = 1e20;
    TrainState state = start();
    EXPECT_EQ(run(state), Outcome::kDiverged);
    EXPECT_EQ(state.steps_done, 0);
}

TEST(FactorUpdate, IsNamedInTheOptionsOnlyWhereItIsNotFree) {
    TrainOptions options;
    EXPECT_FALSE(to_json(options).contains("factors"));
    options.factors = FactorUpdate::kOrthogonal;
    EXPECT_EQ(to_json(options).at("factors"), "orthogonal");
}

}  // namespace
}  // namespace eckart::train
