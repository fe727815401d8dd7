#include "eckart/train/checkpoint.hpp"

#include <gtest/gtest.h>

#include "eckart/core/atomic_file.hpp"
#include "eckart/core/error.hpp"
#include "same_bits.hpp"
#include "scratch_folder.hpp"
#include "small_dataset.hpp"
#include "small_networks.hpp"

namespace eckart::train {
namespace {

class Checkpoint : public testing::Test {
  protected:
    Checkpoint() {
        options_.epochs = 3;
        options_.batch = 50;
    }

    /// A run that was stopped before its step `stop_at`.
    TrainState interrupted(int stop_at) {
        TrainState state = start_training(network_);
        int step = 0;
        TrainCallbacks callbacks;
        callbacks.stop = [&] { return step++ == stop_at; };
        train(state, data_, options_, *backend_, callbacks);
        return state;
    }

    test::ScratchFolder folder_;
    data::DatasetPair data_ = test::small_dataset_pair();
    model::Network<float> network_ = test::half_factored_network({12, 16, 2, 3}, 4, Rng(1));
    std::unique_ptr<ops::Backend<float>> backend_ = ops::make_onednn_backend();
    TrainOptions options_;
    Origin origin_{data_.checksum, fingerprint(network_)};
};

TEST_F(Checkpoint, SavedLoadedAndContinuedGivesTheSameBits) {
    TrainState whole = start_training(network_);
    train(whole, data_, options_, *backend_, {});
    for (const int stop_at : {0, 1, 5, 7, 14}) {
        save_state(interrupted(stop_at), options_, origin_, folder_ / "state");
        TrainState state = load_state(folder_ / "state", options_, origin_);
        EXPECT_EQ(state.steps_done, stop_at);
        ASSERT_EQ(train(state, data_, options_, *backend_, {}), Outcome::kCompleted);
        EXPECT_TRUE(test::same_bits(state.network, whole.network)) << stop_at;
        ASSERT_EQ(state.history.size(), whole.history.size());
        for (std::size_t i = 0; i < whole.history.size(); ++i) {
            EXPECT_EQ(state.history[i].train_loss, whole.history[i].train_loss);
            EXPECT_EQ(state.history[i].test_correct, whole.history[i].test_correct);
        }
    }
}

TEST_F(Checkpoint, BelongsToItsOptionsAndData) {
    save_state(interrupted(6), options_, origin_, folder_ / "state");
    EXPECT_THROW((void)load_state(folder_ / "state", options_, Origin{"sha256:other", origin_.start}),
                 InvalidArgument);
    TrainOptions other = options_;
    other.seed = 5;
    EXPECT_THROW((void)load_state(folder_ / "state", other, origin_), InvalidArgument);
    other = options_;
    other.batch = 51;
    EXPECT_THROW((void)load_state(folder_ / "state", other, origin_), InvalidArgument);
    other = options_;
    other.schedule = Schedule::kCosine;
    EXPECT_THROW((void)load_state(folder_ / "state", other, origin_), InvalidArgument);
    other = options_;
    other.epochs = 2;
    EXPECT_THROW((void)load_state(folder_ / "state", other, origin_), InvalidArgument);
    other.epochs = 10;
    EXPECT_EQ(load_state(folder_ / "state", other, origin_).steps_done, 6);
}

TEST_F(Checkpoint, BelongsToTheNetworkItBeganWith) {
    save_state(interrupted(6), options_, origin_, folder_ / "state");
    const Origin other{data_.checksum, fingerprint(test::half_factored_network({12, 16, 2, 3}, 4, Rng(2)))};
    EXPECT_THROW((void)load_state(folder_ / "state", options_, other), InvalidArgument);
}

TEST_F(Checkpoint, FingerprintDependsOnEveryBitAndTheShapes) {
    EXPECT_EQ(fingerprint(network_), origin_.start);
    model::Network<float> changed = network_;
    for (model::Parameter<float>* parameter : changed.parameters()) {
        float& last = *(parameter->value.data() + parameter->value.size() - 1);
        const float before = last;
        last = before == 0 ? -0.0F : -before;
        EXPECT_NE(fingerprint(changed), origin_.start) << parameter->name;
        last = before;
    }
    EXPECT_EQ(fingerprint(changed), origin_.start);
    EXPECT_NE(fingerprint(test::half_factored_network({12, 16, 2, 3}, 3, Rng(1))), origin_.start);
}

TEST_F(Checkpoint, UnreadableFilesAreRefused) {
    EXPECT_THROW((void)load_state(folder_ / "missing", options_, origin_), IoError);
    write_file(folder_ / "text", "not a checkpoint", Overwrite::kRefuse);
    EXPECT_THROW((void)load_state(folder_ / "text", options_, origin_), FormatError);
}

}  // namespace
}  // namespace eckart::train
