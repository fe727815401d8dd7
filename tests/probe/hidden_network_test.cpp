#include "eckart/probe/hidden_network.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "eckart/calculus/derivative_check.hpp"
#include "eckart/core/error.hpp"
#include "eckart/core/random_matrix.hpp"
#include "eckart/linalg/product.hpp"
#include "error_message.hpp"

namespace eckart::probe {
namespace {

using test::expect_words;
using test::message_of;

/// -W1^T (sin(W1 x) o W2^T sin(2 W2 cos(W1 x))), in double.
VectorD closed_form(const MatrixD& w1, const MatrixD& w2, const VectorD& x) {
    const MatrixD inner = linalg::multiply<double>(w1, x);
    const MatrixD outer = linalg::multiply<double>(w2, inner.array().cos().matrix());
    const MatrixD back = linalg::multiply_tn<double>(w2, (2 * outer.array()).sin().matrix());
    return -linalg::multiply_tn<double>(w1, (inner.array().sin() * back.array()).matrix()).col(0);
}

VectorD random_point(Eigen::Index n, Rng& rng) {
    VectorD x(n);
    for (double& entry : x) entry = rng.uniform(-1, 1);
    return x;
}

TEST(HiddenNetwork, GradientIsTheClosedForm) {
    for (const Eigen::Index rank : {1, 2, 30, 95, 120}) {
        Rng rng(static_cast<std::uint64_t>(rank));
        auto network = HiddenNetwork<double>::draw(rank, rng);
        const VectorD x = random_point(100, rng);
        const VectorD exact = closed_form(network.w1(), network.w2(), x);
        // Arguments of size 1e3 to 1e4 lose four digits before the sine is taken.
        EXPECT_LE((network.gradient(x) - exact).norm(), 1e-9 * exact.norm()) << rank;
        EXPECT_GT((network.gradient(-x) - exact).norm(), 1e-3 * exact.norm())
            << "f is even, its gradient odd";
    }
}

TEST(HiddenNetwork, GradientPassesTheDerivativeCheck) {
    Rng rng(8);
    // Small entries, so that central differences see more than one period.
    HiddenNetwork<double> network(normal_matrix<double>(3, 5, rng), normal_matrix<double>(5, 3, rng));
    const auto check =
        calculus::check_gradient([&](const VectorD& x) { return network.value(x); },
                                 [&](const VectorD& x) { return network.gradient(x); }, random_point(5, rng));
    EXPECT_TRUE(check.passed) << check.failure;
}

TEST(HiddenNetwork, FloatAndDoubleAreTheSameGame) {
    Rng first(5);
    Rng second(5);
    auto single = HiddenNetwork<float>::draw(40, first);
    auto twice = HiddenNetwork<double>::draw(40, second);
    EXPECT_EQ(single.w1().cast<double>(), twice.w1());
    EXPECT_EQ(single.w2().cast<double>(), twice.w2());
    EXPECT_GE(twice.w1().minCoeff(), 0);
    EXPECT_LE(twice.w2().maxCoeff(), 100);
    const VectorD x = random_point(100, first).cast<float>().cast<double>();
    const VectorD exact = twice.gradient(x);
    // Arguments of sine and cosine are large: a few per cent are all that float has left.
    EXPECT_LE((single.gradient(x.cast<float>()).cast<double>() - exact).norm(), 0.1 * exact.norm());
}

TEST(HiddenNetwork, ValuesTogetherAreValuesOneByOne) {
    Rng rng(6);
    auto network = HiddenNetwork<double>::draw(20, rng);
    MatrixD points(9, 100);
    for (Eigen::Index i = 0; i < points.rows(); ++i) points.row(i) = random_point(100, rng).transpose();
    const VectorD together = network.values(points);
    for (Eigen::Index i = 0; i < points.rows(); ++i) {
        EXPECT_NEAR(together[i], network.value(points.row(i).transpose()), 1e-9 * 100);
    }
}

TEST(HiddenNetwork, RefusesShapesThatDoNotFit) {
    expect_words(
        message_of<InvalidArgument>([] { HiddenNetwork<double>(MatrixD::Zero(2, 5), MatrixD::Zero(5, 3)); }),
        {"(2, 5)", "(5, 3)"});
    expect_words(
        message_of<InvalidArgument>([] { HiddenNetwork<float>(MatrixF::Zero(0, 5), MatrixF::Zero(5, 0)); }),
        {"(0, 5)"});
    Rng rng(1);
    expect_words(message_of<InvalidArgument>([&] { HiddenNetwork<float>::draw(0, rng); }), {"0 and 100"});
    expect_words(message_of<InvalidArgument>([&] { HiddenNetwork<float>::draw(1, rng, 0); }), {"1 and 0"});
}

}  // namespace
}  // namespace eckart::probe
