#include "eckart/probe/tape.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "eckart/calculus/derivative_check.hpp"
#include "eckart/core/error.hpp"
#include "eckart/core/random_matrix.hpp"
#include "error_message.hpp"

namespace eckart::probe {
namespace {

using test::expect_words;
using test::message_of;

VectorD normal_vector(Eigen::Index n, Rng& rng) {
    return normal_matrix<double>(n, 1, rng).col(0);
}

TEST(Tape, ByHand) {
    const MatrixD a = (MatrixD(1, 2) << 2, 3).finished();
    Tape<double> tape;
    const auto x = tape.input((VectorD(2) << 0.5, -1).finished());
    const auto result = tape.squared_norm(tape.sin(tape.multiply(a, x)));
    // sin(2 x1 + 3 x2)^2 at 2 x1 + 3 x2 = -2: gradient sin(-4) (2, 3).
    EXPECT_NEAR(tape.value(result)[0], std::pow(std::sin(-2.0), 2), 1e-15);
    const VectorD gradient = tape.gradient(result, x);
    EXPECT_NEAR(gradient[0], 2 * std::sin(-4.0), 1e-15);
    EXPECT_NEAR(gradient[1], 3 * std::sin(-4.0), 1e-15);
}

TEST(Tape, GradientOfEveryOperationPassesTheDerivativeCheck) {
    Rng rng(3);
    for (const Eigen::Index n : {1, 2, 7}) {
        const MatrixD a = normal_matrix<double>(5, n, rng);
        const MatrixD b = normal_matrix<double>(n + 1, 5, rng);
        const auto build = [&](Tape<double>& tape, Tape<double>::Variable x) {
            return tape.squared_norm(tape.cos(tape.multiply(b, tape.sin(tape.multiply(a, tape.cos(x))))));
        };
        const auto value = [&](const VectorD& x) {
            Tape<double> tape;
            return tape.value(build(tape, tape.input(x)))[0];
        };
        const auto gradient = [&](const VectorD& x) {
            Tape<double> tape;
            const auto input = tape.input(x);
            return tape.gradient(build(tape, input), input);
        };
        const auto check = calculus::check_gradient(value, gradient, normal_vector(n, rng));
        EXPECT_TRUE(check.passed) << n << ": " << check.failure;
    }
}

/// A variable that is used twice collects from both uses.
TEST(Tape, AdjointsOfAllUsesAreAdded) {
    const MatrixD one = MatrixD::Identity(1, 1);
    Tape<double> tape;
    const auto x = tape.input(VectorD::Constant(1, 0.7));
    const auto unused = tape.cos(x);
    const auto result = tape.squared_norm(tape.multiply(one, x));
    EXPECT_DOUBLE_EQ(tape.gradient(result, x)[0], 1.4);
    EXPECT_DOUBLE_EQ(tape.gradient(tape.squared_norm(unused), x)[0], -std::sin(1.4));
    EXPECT_EQ(tape.gradient(result, unused)[0], 0);
}

TEST(Tape, CanBeUsedAgainAfterClear) {
    Tape<float> tape;
    const VectorF start = VectorF::LinSpaced(3, -1, 1);
    const auto first = tape.input(start);
    const VectorF before = tape.gradient(tape.squared_norm(tape.sin(first)), first);
    tape.clear();
    const auto second = tape.input(start);
    EXPECT_EQ(tape.gradient(tape.squared_norm(tape.sin(second)), second), before);
}

TEST(Tape, RefusesWrongLengths) {
    Tape<double> tape;
    const auto x = tape.input(VectorD::Zero(3));
    const MatrixD a = MatrixD::Zero(2, 4);
    expect_words(message_of<InvalidArgument>([&] { tape.multiply(a, x); }), {"(2, 4)", "3 entries"});
    expect_words(message_of<InvalidArgument>([&] { tape.gradient(x, x); }), {"3 entries"});
}

}  // namespace
}  // namespace eckart::probe
