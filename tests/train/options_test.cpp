#include "eckart/train/options.hpp"

#include <gtest/gtest.h>

#include <numbers>

#include "eckart/core/error.hpp"

namespace eckart::train {
namespace {

TEST(LearningRate, ConstantStays) {
    TrainOptions options;
    for (const std::int64_t step : {0, 5, 9}) EXPECT_EQ(learning_rate(options, step, 10), 1e-3);
}

TEST(LearningRate, CosineFallsFromTheRateToNearlyZero) {
    TrainOptions options;
    options.schedule = Schedule::kCosine;
    EXPECT_DOUBLE_EQ(learning_rate(options, 0, 300), 1e-3);
    EXPECT_DOUBLE_EQ(learning_rate(options, 100, 300), 0.75e-3);  // cos(pi / 3) = 1/2
    EXPECT_DOUBLE_EQ(learning_rate(options, 150, 300), 0.5e-3);
    for (std::int64_t step = 1; step < 300; ++step) {
        EXPECT_LT(learning_rate(options, step, 300), learning_rate(options, step - 1, 300));
    }
    EXPECT_GT(learning_rate(options, 299, 300), 0);
}

TEST(TrainOptions, AreChecked) {
    TrainOptions options;
    options.validate();
    options.epochs = 0;
    EXPECT_THROW(options.validate(), InvalidArgument);
    options = {};
    options.batch = 0;
    EXPECT_THROW(options.validate(), InvalidArgument);
    options = {};
    options.adam.learning_rate = -1;
    EXPECT_THROW(options.validate(), InvalidArgument);
}

TEST(Schedule, NamesRoundTrip) {
    for (const Schedule schedule : {Schedule::kConstant, Schedule::kCosine}) {
        EXPECT_EQ(schedule_from_string(to_string(schedule)), schedule);
    }
    EXPECT_THROW((void)schedule_from_string("linear"), InvalidArgument);
}

}  // namespace
}  // namespace eckart::train
