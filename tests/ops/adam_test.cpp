#include "eckart/ops/adam.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "eckart/core/error.hpp"
#include "golden.hpp"
#include "random_matrix.hpp"

namespace eckart::ops {
namespace {

template <class T>
void expect_five_steps_like_pytorch(double tolerance) {
    const Json& golden = test::pytorch_golden().at("adam");
    AdamOptions options;
    options.learning_rate = golden.at("learning_rate").get<double>();
    auto w = golden.at("start").get<std::vector<T>>();
    std::vector<T> m(w.size(), T(0));
    std::vector<T> v(w.size(), T(0));
    for (std::size_t step = 0; step < 5; ++step) {
        const auto g = golden.at("gradients").at(step).get<std::vector<T>>();
        adam_step<T>(options, static_cast<std::int64_t>(step) + 1, w, g, m, v);
        const auto expected = golden.at("weights").at(step).get<std::vector<double>>();
        for (std::size_t i = 0; i < w.size(); ++i) {
            EXPECT_NEAR(w[i], expected[i], tolerance * std::abs(expected[i]))
                << "step " << step << " entry " << i;
        }
    }
}

TEST(Adam, FiveStepsEqualPyTorch) {
    expect_five_steps_like_pytorch<double>(1e-14);
    expect_five_steps_like_pytorch<float>(1e-6);
}

TEST(Adam, FirstStepIsTheLearningRateAgainstTheSign) {
    // By hand: m / (1 - beta1) = g and sqrt(v / (1 - beta2)) = |g|, so w moves by rate * g / (|g| + epsilon).
    std::vector<double> w{0, 0, 0};
    std::vector<double> m(3, 0.0);
    std::vector<double> v(3, 0.0);
    adam_step<double>({}, 1, w, std::vector<double>{2.0, -1e-8, 0.0}, m, v);
    EXPECT_NEAR(w[0], -1e-3 / (1 + 0.5e-8), 1e-15);
    EXPECT_NEAR(w[1], 0.5e-3, 1e-15);
    EXPECT_EQ(w[2], 0);
}

TEST(Adam, LongTensorsStepLikeTheirEntries) {
    Rng rng(5);
    const std::size_t size = 100'003;  // more than one thread's share, not a multiple of a vector
    std::vector<float> w(size);
    std::vector<float> g(size);
    for (float& x : w) x = static_cast<float>(rng.normal());
    for (float& x : g) x = static_cast<float>(rng.normal());
    std::vector<float> m(size, 0.1F);
    std::vector<float> v(size, 0.2F);
    const std::vector<float> start = w;
    adam_step<float>({}, 3, w, g, m, v);
    for (const std::size_t i : {std::size_t{0}, std::size_t{1}, size / 2, size - 1}) {
        std::vector<double> w1{start[i]};
        std::vector<double> m1{0.1F};
        std::vector<double> v1{0.2F};
        adam_step<double>({}, 3, w1, std::vector<double>{g[i]}, m1, v1);
        EXPECT_NEAR(w[i], w1[0], 2e-7 * std::abs(w1[0]) + 1e-9);
        EXPECT_NEAR(v[i], v1[0], 1e-7);
    }
}

TEST(Adam, RefusesBadOptionsAndShapes) {
    std::vector<float> three(3);
    std::vector<float> two(2);
    EXPECT_THROW(adam_step<float>({}, 1, three, two, three, three), InvalidArgument);
    EXPECT_THROW(adam_step<float>({}, 1, three, three, two, three), InvalidArgument);
    EXPECT_THROW(adam_step<float>({}, 0, three, three, three, three), InvalidArgument);
    AdamOptions options;
    options.learning_rate = 0;
    EXPECT_THROW(options.validate(), InvalidArgument);
    options = {};
    options.beta2 = 1;
    EXPECT_THROW(options.validate(), InvalidArgument);
    options = {};
    options.epsilon = std::nan("");
    EXPECT_THROW(options.validate(), InvalidArgument);
}

}  // namespace
}  // namespace eckart::ops
