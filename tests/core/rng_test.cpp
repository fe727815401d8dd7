#include "eckart/core/rng.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <numeric>

#include "eckart/core/error.hpp"

namespace eckart {

TEST(Rng, FollowsTheStandardEngine) {
    // The C++ standard fixes the 10,000th number of a default-seeded std::mt19937_64.
    std::mt19937_64 engine;
    engine.discard(9999);
    EXPECT_EQ(engine(), 9981545732273789042ULL);
}

TEST(Rng, ForksDependOnNamesAndNotOnDraws) {
    Rng a(7);
    Rng b(7);
    b.next_u64();
    EXPECT_EQ(a.fork("x").next_u64(), b.fork("x").next_u64());
    EXPECT_NE(a.fork("x").next_u64(), a.fork("y").next_u64());
    EXPECT_NE(a.fork(0).next_u64(), a.fork(1).next_u64());
    EXPECT_NE(Rng(7).fork("x").next_u64(), Rng(8).fork("x").next_u64());
}

TEST(Rng, UniformHasTheRightMoments) {
    Rng rng(1);
    constexpr int kDraws = 200000;
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < kDraws; ++i) {
        const double x = rng.uniform(-1, 3);
        ASSERT_GE(x, -1);
        ASSERT_LT(x, 3);
        sum += x;
        squares += x * x;
    }
    const double mean = sum / kDraws;
    EXPECT_NEAR(mean, 1, 0.015);  // 5.8 standard errors
    EXPECT_NEAR(squares / kDraws - mean * mean, 16.0 / 12, 0.02);
}

TEST(Rng, NormalHasTheRightMoments) {
    Rng rng(2);
    constexpr int kDraws = 200000;
    double sum = 0;
    double squares = 0;
    double fourth = 0;
    for (int i = 0; i < kDraws; ++i) {
        const double x = rng.normal();
        sum += x;
        squares += x * x;
        fourth += x * x * x * x;
    }
    EXPECT_NEAR(sum / kDraws, 0, 0.012);
    EXPECT_NEAR(squares / kDraws, 1, 0.02);
    EXPECT_NEAR(fourth / kDraws, 3, 0.15);
}

TEST(Rng, IndexCoversItsRangeEvenly) {
    Rng rng(3);
    std::array<int, 7> hits{};
    for (int i = 0; i < 70000; ++i) ++hits[rng.index(7)];
    for (const int hit : hits) EXPECT_NEAR(hit, 10000, 500);
    EXPECT_EQ(rng.index(1), 0u);
    EXPECT_THROW(rng.index(0), InvalidArgument);
}

TEST(Rng, ShuffleIsAPermutationFixedByTheSeed) {
    std::vector<int> values(100);
    std::iota(values.begin(), values.end(), 0);
    std::vector<int> first = values;
    std::vector<int> second = values;
    Rng(5).shuffle(first);
    Rng(5).shuffle(second);
    EXPECT_EQ(first, second);
    EXPECT_NE(first, values);
    std::sort(first.begin(), first.end());
    EXPECT_EQ(first, values);
}

}  // namespace eckart
