#include "eckart/evaluate/accuracy.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "eckart/core/error.hpp"
#include "eckart/model/residual_mlp.hpp"
#include "small_dataset.hpp"

namespace eckart::evaluate {
namespace {

const model::MlpArchitecture kArchitecture{12, 8, 1, 3};

TEST(Evaluate, EqualsASampleBySampleCount) {
    const auto network = model::make_initialized(kArchitecture, Rng(3));
    const data::Dataset set = test::small_dataset(57, Rng(4));
    const auto wide = model::convert<double>(network);
    const auto oracle = ops::make_reference_backend<double>();
    std::int64_t correct = 0;
    double loss = 0;
    for (std::size_t i = 0; i < set.count(); ++i) {
        MatrixD x(1, 12);
        for (std::size_t k = 0; k < 12; ++k) x.data()[k] = set.image(i)[k] / 127.5 - 1;
        model::NetworkState<double> state;
        const MatrixD logits = wide.forward(*oracle, view(std::as_const(x)), state);
        Eigen::Index answer = 0;
        logits.row(0).maxCoeff(&answer);
        correct += answer == set.labels[i] ? 1 : 0;
        loss += std::log(logits.array().exp().sum()) - logits(0, set.labels[i]);
    }
    const auto fast = ops::make_onednn_backend();
    for (const std::int64_t batch : {1, 10, 57, 1000}) {
        const Evaluation result = evaluate<float>(network, *fast, set, batch);
        EXPECT_EQ(result.correct, correct) << batch;
        EXPECT_EQ(result.count, 57);
        EXPECT_NEAR(result.mean_loss, loss / 57, 1e-6) << batch;
        EXPECT_NEAR(result.accuracy(), static_cast<double>(correct) / 57, 1e-15);
    }
    EXPECT_NEAR(evaluate<double>(wide, *oracle, set).mean_loss, loss / 57, 1e-13);
}

TEST(Evaluate, EmptySetGivesZero) {
    const data::Dataset empty{{3, 2, 2}, {"red", "green", "blue"}, {}, {}};
    const auto network = model::make_initialized(kArchitecture, Rng(3));
    const Evaluation result = evaluate<float>(network, *ops::make_onednn_backend(), empty);
    EXPECT_EQ(result.count, 0);
    EXPECT_EQ(result.accuracy(), 0);
}

TEST(Evaluate, RefusesDataThatDoesNotFit) {
    const data::Dataset set = test::small_dataset(5, Rng(4));
    const auto backend = ops::make_onednn_backend();
    const auto wrong_input = model::make_initialized({13, 8, 1, 3}, Rng(3));
    const auto few_classes = model::make_initialized({12, 8, 1, 2}, Rng(3));
    const auto fitting = model::make_initialized(kArchitecture, Rng(3));
    EXPECT_THROW((void)evaluate<float>(wrong_input, *backend, set), InvalidArgument);
    EXPECT_THROW((void)evaluate<float>(few_classes, *backend, set), InvalidArgument);
    EXPECT_THROW((void)evaluate<float>(fitting, *backend, set, 0), InvalidArgument);
}

}  // namespace
}  // namespace eckart::evaluate
