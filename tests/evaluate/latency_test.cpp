#include "eckart/evaluate/latency.hpp"

#include <gtest/gtest.h>

#include "eckart/core/error.hpp"
#include "eckart/model/residual_mlp.hpp"
#include "random_matrix.hpp"

namespace eckart::evaluate {
namespace {

TEST(SpreadOf, EqualsNumPysPercentiles) {
    // numpy.percentile([4, 1, 3, 2], [50, 10, 90]) = 2.5, 1.3, 3.7
    const Spread spread = spread_of({4, 1, 3, 2});
    EXPECT_DOUBLE_EQ(spread.median, 2.5);
    EXPECT_DOUBLE_EQ(spread.low, 1.3);
    EXPECT_DOUBLE_EQ(spread.high, 3.7);
    EXPECT_EQ(spread_of({7}).low, 7);
    EXPECT_THROW((void)spread_of({}), InvalidArgument);
}

TEST(MeasureLatency, TakesTheRepetitionsItWasAskedFor) {
    const auto small = model::make_initialized({12, 8, 1, 3}, Rng(1));
    const auto large = model::make_initialized({12, 64, 1, 3}, Rng(1));
    const model::Network<float>* const networks[] = {&small, &large};
    const auto backend = ops::make_onednn_backend();
    Rng rng(2);
    const MatrixF x = test::random_matrix<float>(5, 12, rng);
    const auto fixed = measure_latency(networks, *backend, view(x), {1, 7, 7, 0});
    ASSERT_EQ(fixed.size(), 2U);
    for (const Latency& latency : fixed) {
        EXPECT_EQ(latency.repetitions, 7);
        EXPECT_GT(latency.seconds.low, 0);
        EXPECT_LE(latency.seconds.low, latency.seconds.median);
        EXPECT_LE(latency.seconds.median, latency.seconds.high);
    }
    EXPECT_EQ(measure_latency(networks, *backend, view(x), {0, 3, 100, 0})[0].repetitions, 3)
        << "no time left after the minimum";
}

TEST(LatencyOptions, AreChecked) {
    for (const LatencyOptions& wrong : {LatencyOptions{-1, 1, 1, 0}, LatencyOptions{0, 0, 1, 0},
                                        LatencyOptions{0, 2, 1, 0}, LatencyOptions{0, 1, 1, -1}}) {
        EXPECT_THROW(wrong.validate(), InvalidArgument);
    }
}

}  // namespace
}  // namespace eckart::evaluate
