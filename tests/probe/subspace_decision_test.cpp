// Gaps between directions that are all above the noise.
#include "probe/subspace/subspace_decision.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "error_message.hpp"

namespace eckart::probe {
namespace {

using test::expect_words;

/// Gradients in two directions, of independent normal coordinates; the eigenvalues have about this ratio.
GradientSamples two_directions(Eigen::Index m, double ratio) {
    Rng rng(3);
    GradientSamples samples{MatrixD(m, 2), VectorD::Constant(m, 1e-12), VectorD::Zero(m)};
    for (double& entry : samples.gradients.reshaped()) entry = rng.normal();
    samples.gradients.col(0) *= std::sqrt(ratio);
    return samples;
}

TEST(Decide, AGapCountsWhenTwoBatchesInTurnShowIt) {
    const GradientSamples samples = two_directions(200, 1000);
    const Decision first = decide(samples, {}, Rng(1), {});
    EXPECT_EQ(first.kind, Decision::kMore);
    EXPECT_EQ(first.candidate, 1);
    const Decision second = decide(samples, {}, Rng(1), first);
    EXPECT_EQ(second.kind, Decision::kGap);
    EXPECT_EQ(second.dimension, 1);
}

TEST(Decide, AGapNearTheLimitIsOpen) {
    const Decision decision = decide(two_directions(40, 10), {}, Rng(1), {});
    EXPECT_EQ(decision.kind, Decision::kMore);
    EXPECT_TRUE(decision.gap_open);
    expect_words(decision.why, {"the gap after direction 1", "10 is the limit"});
}

TEST(Decide, AllDirectionsWhereNoGapIsPossible) {
    const Decision decision = decide(two_directions(200, 2), {}, Rng(1), {});
    EXPECT_EQ(decision.kind, Decision::kFull);
    EXPECT_EQ(decision.dimension, 2);
}

}  // namespace
}  // namespace eckart::probe
