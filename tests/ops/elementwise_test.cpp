#include "eckart/ops/elementwise.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "eckart/core/error.hpp"
#include "random_matrix.hpp"

namespace eckart::ops {
namespace {

using test::random_matrix;

TEST(AddRelu, AddsCutsOffAndWorksInPlace) {
    const MatrixF x = (MatrixF(2, 2) << -1, 2, 3, -4).finished();
    const MatrixF r = (MatrixF(2, 2) << 5, -5, 1, 1).finished();
    MatrixF y(2, 2);
    add_relu<float>(view(x), r.data(), true, view(y));
    EXPECT_EQ(y, (MatrixF(2, 2) << 4, 0, 4, 0).finished());
    add_relu<float>(view(x), r.data(), false, view(y));
    EXPECT_EQ(y, (MatrixF(2, 2) << 4, -3, 4, -3).finished());
    y = x;
    add_relu<float>(view(std::as_const(y)), nullptr, true, view(y));
    EXPECT_EQ(y, (MatrixF(2, 2) << 0, 2, 3, 0).finished());
    MatrixF narrow(2, 1);
    EXPECT_THROW(add_relu<float>(view(x), nullptr, true, view(narrow)), InvalidArgument);
}

TEST(SoftmaxNll, EqualsTheClosedFormForTwoClasses) {
    // -log softmax((0, d))_0 = log(1 + e^d).
    for (const double d : {-30.0, -1.0, 0.0, 0.5, 20.0}) {
        const MatrixD logits = (MatrixD(1, 2) << 0.0, d).finished();
        const std::vector<std::uint8_t> label{0};
        EXPECT_NEAR(softmax_nll<double>(view(logits), label).loss, std::log1p(std::exp(d)),
                    1e-14 * (1 + std::abs(d)));
    }
}

TEST(SoftmaxNll, StaysFiniteForHugeLogits) {
    const MatrixF logits = (MatrixF(2, 3) << 3e38F, 0, -3e38F, -3e38F, -3e38F, -3e38F).finished();
    const std::vector<std::uint8_t> labels{0, 1};
    EXPECT_NEAR(softmax_nll<float>(view(logits), labels).loss, std::log(3.0), 1e-6);
}

TEST(SoftmaxNll, CountsTheFirstLargestLogitAsTheAnswer) {
    const MatrixF logits = (MatrixF(3, 3) << 1, 1, 0, 0, 2, 2, 0, 1, 5).finished();
    EXPECT_EQ(softmax_nll<float>(view(logits), std::vector<std::uint8_t>{0, 1, 2}).correct, 3);
    EXPECT_EQ(softmax_nll<float>(view(logits), std::vector<std::uint8_t>{1, 2, 2}).correct, 1);
}

TEST(SoftmaxNll, NanLogitsGiveANanLoss) {
    const MatrixF logits = MatrixF::Constant(1, 3, std::numeric_limits<float>::quiet_NaN());
    EXPECT_TRUE(std::isnan(softmax_nll<float>(view(logits), std::vector<std::uint8_t>{1}).loss));
}

TEST(SoftmaxNll, RefusesWrongLabels) {
    const MatrixF logits = MatrixF::Zero(2, 3);
    EXPECT_THROW((void)softmax_nll<float>(view(logits), std::vector<std::uint8_t>{0, 3}), InvalidArgument);
    EXPECT_THROW((void)softmax_nll<float>(view(logits), std::vector<std::uint8_t>{0}), InvalidArgument);
}

TEST(SoftmaxNllBackward, EqualsCentralDifferencesOfTheMeanLoss) {
    Rng rng(11);
    const Eigen::Index batch = 6;
    MatrixD logits = random_matrix<double>(batch, 5, rng);
    const std::vector<std::uint8_t> labels{0, 4, 2, 2, 1, 3};
    MatrixD gradient(batch, 5);
    const LossSum with_gradient =
        softmax_nll_backward<double>(view(std::as_const(logits)), labels, view(gradient));
    EXPECT_EQ(with_gradient.loss, softmax_nll<double>(view(std::as_const(logits)), labels).loss);
    const double h = 1e-5;
    for (Eigen::Index i = 0; i < logits.size(); ++i) {
        const double z = logits.data()[i];
        logits.data()[i] = z + h;
        const double above = softmax_nll<double>(view(std::as_const(logits)), labels).loss;
        logits.data()[i] = z - h;
        const double below = softmax_nll<double>(view(std::as_const(logits)), labels).loss;
        logits.data()[i] = z;
        EXPECT_NEAR(gradient.data()[i], (above - below) / (2 * h * static_cast<double>(batch)), 1e-10);
    }
}

TEST(ReluBackward, PassesGradientsWhereTheOutputIsPositive) {
    const MatrixF y = (MatrixF(2, 3) << 0, 1, 2, 0, 0, 3).finished();
    MatrixF dy = (MatrixF(2, 3) << 1, 2, 3, 4, 5, 6).finished();
    relu_backward<float>(view(y), view(dy));
    EXPECT_EQ(dy, (MatrixF(2, 3) << 0, 2, 3, 0, 0, 6).finished());
    MatrixF narrow(2, 2);
    EXPECT_THROW(relu_backward<float>(view(y), view(narrow)), InvalidArgument);
}

TEST(AddInPlace, Adds) {
    Rng rng(2);
    const MatrixF a = random_matrix<float>(5, 9, rng);
    MatrixF sum = random_matrix<float>(5, 9, rng);
    const MatrixF expected = a + sum;
    add_in_place<float>(view(a), view(sum));
    EXPECT_EQ(sum, expected);
    MatrixF narrow(5, 8);
    EXPECT_THROW(add_in_place<float>(view(a), view(narrow)), InvalidArgument);
}

}  // namespace
}  // namespace eckart::ops
