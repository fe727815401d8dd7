#include "eckart/train/train.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "eckart/core/error.hpp"
#include "eckart/data/batches.hpp"
#include "eckart/model/residual_mlp.hpp"
#include "golden.hpp"
#include "same_bits.hpp"
#include "small_dataset.hpp"

namespace eckart::train {
namespace {

const model::MlpArchitecture kArchitecture{12, 16, 2, 3};

/// PyTorch's samples, placed so that the first epoch visits them in PyTorch's order.
data::DatasetPair golden_data(std::uint64_t seed) {
    const std::vector<std::uint8_t> pixels = test::golden_pixels();
    const std::vector<std::uint8_t> labels = test::golden_labels();
    const std::vector<std::uint32_t> order = data::epoch_order(labels.size(), seed, 1);
    data::Dataset set{{3, 2, 2}, {"a", "b", "c", "d", "e"}, pixels, labels};
    for (std::size_t i = 0; i < order.size(); ++i) {
        set.labels[order[i]] = labels[i];
        std::copy_n(pixels.begin() + static_cast<std::ptrdiff_t>(12 * i), 12,
                    set.pixels.begin() + 12 * order[i]);
    }
    return {set, set, "golden", "", ""};
}

TEST(Train, OneEpochFollowsPyTorchBatchByBatch) {
    const Json& golden = test::pytorch_golden().at("epoch");
    TrainOptions options;
    options.epochs = 1;
    options.batch = golden.at("batch").get<std::int64_t>();
    options.adam.learning_rate = golden.at("learning_rate").get<double>();
    TrainState state =
        start_training(model::convert<float>(test::golden_network(test::pytorch_golden().at("initial"))));
    std::vector<double> sums;
    TrainCallbacks callbacks;
    callbacks.stop = [&] {
        sums.push_back(state.loss_sum);
        return false;
    };
    const data::DatasetPair data = golden_data(options.seed);
    const auto backend = ops::make_onednn_backend();
    ASSERT_EQ(train(state, data, options, *backend, callbacks), Outcome::kCompleted);
    sums.push_back(state.history.at(0).train_loss * static_cast<double>(data.train.count()));
    const auto losses = golden.at("batch_losses").get<std::vector<double>>();
    ASSERT_EQ(sums.size(), losses.size() + 1);
    for (std::size_t i = 0; i < losses.size(); ++i) {
        const std::size_t samples = std::min<std::size_t>(8, data.train.count() - 8 * i);
        EXPECT_NEAR((sums[i + 1] - sums[i]) / static_cast<double>(samples), losses[i], 1e-5) << "batch " << i;
    }
    for (const model::Parameter<float>* parameter : std::as_const(state.network).parameters()) {
        const MatrixD expected = test::golden_tensor(golden.at("weights").at(parameter->name));
        EXPECT_LE((parameter->value.cast<double>() - expected).norm(), 1e-5 * expected.norm())
            << parameter->name;
    }
}

TEST(Train, LearnsAndReportsEveryEpoch) {
    const data::DatasetPair data = test::small_dataset_pair();
    TrainOptions options;
    options.epochs = 20;
    options.batch = 25;
    TrainState state = start_training(model::make_initialized(kArchitecture, Rng(1)));
    const auto backend = ops::make_onednn_backend();
    std::int64_t calls = 0;
    TrainCallbacks callbacks;
    callbacks.on_epoch = [&](const TrainState& now) {
        EXPECT_EQ(now.epochs_done, ++calls);
        EXPECT_EQ(now.samples_done, 0);
    };
    ASSERT_EQ(train(state, data, options, *backend, callbacks), Outcome::kCompleted);
    ASSERT_EQ(state.history.size(), 20U);
    EXPECT_EQ(calls, 20);
    EXPECT_EQ(state.steps_done, 20 * 10) << "230 samples in batches of 25: ten steps, the last of 5 samples";
    EXPECT_NEAR(state.history.front().train_loss, std::log(3.0), 0.2) << "an untrained network guesses";
    EXPECT_LT(state.history.back().train_loss, 0.7 * state.history.front().train_loss);
    EXPECT_GT(state.history.back().test_accuracy(), 0.6);
    EXPECT_EQ(state.history.back().test_count, 60);
}

TEST(Train, SameSeedSameBitsOtherSeedOthers) {
    const data::DatasetPair data = test::small_dataset_pair();
    const auto backend = ops::make_onednn_backend();
    const auto run = [&](std::uint64_t seed) {
        TrainOptions options;
        options.epochs = 2;
        options.seed = seed;
        TrainState state = start_training(model::make_initialized(kArchitecture, Rng(1)));
        train(state, data, options, *backend, {});
        return state.network;
    };
    EXPECT_TRUE(test::same_bits(run(1), run(1)));
    EXPECT_FALSE(test::same_bits(run(1), run(2)));
}

TEST(Train, InterruptedAtAnyStepGoesOnToTheSameBits) {
    const data::DatasetPair data = test::small_dataset_pair();
    const auto backend = ops::make_onednn_backend();
    TrainOptions options;
    options.epochs = 2;
    options.batch = 50;
    options.schedule = Schedule::kCosine;
    TrainState whole = start_training(model::make_initialized(kArchitecture, Rng(1)));
    train(whole, data, options, *backend, {});
    for (int stop_at = 0; stop_at < 10; ++stop_at) {
        TrainState state = start_training(model::make_initialized(kArchitecture, Rng(1)));
        int step = 0;
        TrainCallbacks callbacks;
        callbacks.stop = [&] { return step++ == stop_at; };
        ASSERT_EQ(train(state, data, options, *backend, callbacks), Outcome::kInterrupted);
        ASSERT_EQ(state.steps_done, stop_at);
        ASSERT_EQ(train(state, data, options, *backend, {}), Outcome::kCompleted);
        EXPECT_TRUE(test::same_bits(state.network, whole.network)) << stop_at;
        EXPECT_EQ(state.history.back().train_loss, whole.history.back().train_loss) << stop_at;
    }
}

TEST(Train, StopsWhenTheLossIsNoLongerFinite) {
    const data::DatasetPair data = test::small_dataset_pair();
    TrainOptions options;
    options.adam.learning_rate = 1e20;
    TrainState state = start_training(model::make_initialized(kArchitecture, Rng(1)));
    EXPECT_EQ(train(state, data, options, *ops::make_onednn_backend(), {}), Outcome::kDiverged);
    EXPECT_LT(state.epochs_done, options.epochs);
}

TEST(Train, RefusesDataThatDoesNotFit) {
    const auto backend = ops::make_onednn_backend();
    TrainState wide = start_training(model::make_initialized({13, 4, 1, 3}, Rng(1)));
    EXPECT_THROW(train(wide, test::small_dataset_pair(), {}, *backend, {}), InvalidArgument);
    TrainState state = start_training(model::make_initialized(kArchitecture, Rng(1)));
    EXPECT_THROW(train(state, test::small_dataset_pair(0, 5), {}, *backend, {}), InvalidArgument);
}

TEST(TranscriptLine, LooksLikeTheReferenceTranscript) {
    EpochRecord record;
    record.test_loss = 1.47112;
    record.test_correct = 5333;
    record.test_count = 10000;
    EXPECT_EQ(transcript_line(record), "Test set: Average loss: 1.4711, Accuracy: 5333/10000 (53%)");
}

}  // namespace
}  // namespace eckart::train
