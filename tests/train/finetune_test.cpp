#include "eckart/train/finetune.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "eckart/core/error.hpp"
#include "eckart/train/train.hpp"
#include "small_dataset.hpp"
#include "small_networks.hpp"

namespace eckart::train {
namespace {

TEST(RelativeChanges, EqualTheDefinition) {
    const auto before = model::make_initialized({4, 3, 0, 2}, Rng(1));
    auto after = before;
    after.parameters()[0]->value *= 1.5F;
    after.parameters()[1]->value.setZero();
    const auto changes = relative_changes(before, after);
    ASSERT_EQ(changes.size(), 4U);
    EXPECT_EQ(changes[0].tensor, "fc1.weight");
    EXPECT_NEAR(changes[0].relative_change, 0.5, 1e-6);
    EXPECT_NEAR(changes[1].relative_change, 1, 1e-6);
    EXPECT_EQ(changes[2].relative_change, 0);
    EXPECT_TRUE(std::isinf(relative_changes(after, before)[1].relative_change));
}

TEST(RelativeChanges, RefusesNetworksOfOtherTensors) {
    const auto network = model::make_initialized({4, 3, 0, 2}, Rng(1));
    EXPECT_THROW((void)relative_changes(network, model::make_initialized({4, 3, 1, 2}, Rng(1))),
                 InvalidArgument);
    EXPECT_THROW((void)relative_changes(network, model::make_initialized({4, 2, 0, 2}, Rng(1))),
                 InvalidArgument);
}

TEST(FineTuning, MovesEveryFactorAndLowersTheLoss) {
    const auto data = test::small_dataset_pair();
    const auto network = test::half_factored_network({12, 16, 2, 3}, 4, Rng(1));
    TrainState state = start_training(network);
    ASSERT_EQ(train(state, data, finetune_defaults(), *ops::make_onednn_backend(), {}), Outcome::kCompleted);
    EXPECT_LT(state.history.back().train_loss, state.history.front().train_loss);
    EXPECT_LT(state.history.back().learning_rate, state.history.front().learning_rate);
    for (const TensorChange& change : relative_changes(network, state.network)) {
        EXPECT_GT(change.relative_change, 0) << change.tensor;
        EXPECT_LT(change.relative_change, 1) << change.tensor;
    }
    for (std::size_t i = 1; i < network.layer_count(); i += 2) EXPECT_TRUE(state.network.layer(i).factored());
}

}  // namespace
}  // namespace eckart::train
