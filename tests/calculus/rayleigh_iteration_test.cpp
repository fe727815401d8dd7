#include "eckart/calculus/rayleigh_iteration.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <string>
#include <vector>

#include "eckart/core/error.hpp"
#include "eckart/linalg/symmetric_eigen.hpp"
#include "eigen_problems.hpp"
#include "epsilon.hpp"
#include "error_message.hpp"
#include "laplacian.hpp"

namespace eckart::calculus {
namespace {

using test::eigen_problems;
using test::expect_words;
using test::kEps;
using test::message_of;
using test::random_matrix;
using test::random_vector;

/// Empty, or what is wrong with the pair: it must be one of A by its residual, by LAPACK's eigenvalues, and
/// as the result reports it. `tolerance` is relative to |A|_F.
std::string complaint(const MatrixD& a, const RayleighIterationResult& result, double tolerance) {
    const double allowed = tolerance * std::max(a.stableNorm(), std::numeric_limits<double>::min());
    const double value = result.eigenvalue;
    const double residual = (a * result.vector - value * result.vector).stableNorm();
    if (!(residual <= allowed)) return "residual " + std::to_string(residual / allowed);
    if (!(std::abs(result.vector.norm() - 1) <= 8 * kEps)) return "norm of the vector";
    const double nearest = (linalg::symmetric_eigen(a).values.array() - value).abs().minCoeff();
    if (!(nearest <= allowed)) return "eigenvalue " + std::to_string(nearest / allowed);
    if (!(std::abs(result.residual - residual) <= allowed)) return "reported residual";
    return result.outcome == RayleighOutcome::kConverged ? "" : "outcome";
}

/// c n eps + the solver's own tolerance; c = 4.
double tolerance(Eigen::Index n) {
    return 4 * static_cast<double>(n) * kEps + 1e-12;
}

TEST(RayleighIteration, FindsAnEigenpairOfEverySpectrum) {
    Rng rng(71);
    for (const Eigen::Index n : {1, 2, 3, 16, 61}) {
        for (const auto& problem : eigen_problems(n, rng)) {
            for (int trial = 0; trial < 3; ++trial) {
                const VectorD start = random_vector(n, rng);
                EXPECT_EQ(complaint(problem.a, rayleigh_iteration(problem.a, start), tolerance(n)), "")
                    << problem.name << " " << n;
            }
        }
    }
}

TEST(RayleighIteration, TheOperatorFormFindsAnEigenpairOfEverySpectrum) {
    Rng rng(72);
    for (const Eigen::Index n : {1, 2, 3, 16, 61}) {
        for (const auto& problem : eigen_problems(n, rng)) {
            for (const double goal : {1e-8, 1e-12}) {
                RayleighIterationOptions options;
                options.tolerance = goal;
                const auto result =
                    rayleigh_iteration(matrix_operator(problem.a), random_vector(n, rng), options);
                EXPECT_LE(result.norm, problem.a.stableNorm() * (1 + 1e-12)) << problem.name;
                // Many eigenvalues within sqrt(eps) |A|: MINRES cannot always split them.
                const bool narrow = problem.name == "clusters" || problem.name == "ratio 1e24";
                if (narrow && goal == 1e-12 && result.outcome == RayleighOutcome::kStagnated) {
                    EXPECT_LE(result.residual, 1e-8 * result.norm);
                    for (const RayleighStep& step : result.history) EXPECT_GE(step.residual, result.residual);
                    continue;
                }
                EXPECT_EQ(complaint(problem.a, result, tolerance(n) + goal), "") << problem.name << " " << n;
            }
        }
    }
}

TEST(RayleighIteration, TheCheckSeesAWrongPair) {
    Rng rng(73);
    const MatrixD a = random_matrix<double>(16, 16, rng);
    const MatrixD symmetric = a + a.transpose();
    const RayleighIterationResult right = rayleigh_iteration(symmetric, random_vector(16, rng));
    ASSERT_EQ(complaint(symmetric, right, tolerance(16)), "");
    const double step = 10 * tolerance(16) * symmetric.norm();
    RayleighIterationResult wrong = right;
    wrong.eigenvalue += step;
    EXPECT_NE(complaint(symmetric, wrong, tolerance(16)), "");
    wrong = right;
    wrong.vector = (right.vector + 20 * tolerance(16) * random_vector(16, rng)).normalized();
    EXPECT_NE(complaint(symmetric, wrong, tolerance(16)), "");
    wrong = right;
    wrong.residual += step;
    EXPECT_NE(complaint(symmetric, wrong, tolerance(16)), "");
    wrong = right;
    wrong.outcome = RayleighOutcome::kIterationLimit;
    EXPECT_NE(complaint(symmetric, wrong, tolerance(16)), "");
}

/// The order p of |r_{k+1}| = C |r_k|^p from the last three residuals that are below `begin` and above
/// rounding, or NaN.
double order(const std::vector<RayleighStep>& history, double norm, double begin) {
    std::vector<double> logs;
    for (const RayleighStep& step : history) {
        if (step.residual < begin && step.residual > 1e-13 * norm) logs.push_back(std::log(step.residual));
    }
    if (logs.size() < 3) return std::numeric_limits<double>::quiet_NaN();
    const std::size_t last = logs.size() - 1;
    return (logs[last] - logs[last - 1]) / (logs[last - 1] - logs[last - 2]);
}

/// The median order over many starts, on a matrix with eigenvalues 1, 2, ..., 12.
template <class Iteration>
double median_order(const Iteration& iteration) {
    Rng rng(74);
    const MatrixD a = test::with_eigenvalues(VectorD::LinSpaced(12, 1, 12), rng);
    std::vector<double> orders;
    for (int trial = 0; trial < 200; ++trial) {
        const RayleighIterationResult result = iteration(a, random_vector(12, rng));
        const double p = order(result.history, 12, 0.5);
        if (std::isfinite(p)) orders.push_back(p);
    }
    EXPECT_GE(orders.size(), 20U);
    std::sort(orders.begin(), orders.end());
    return orders.empty() ? 0 : orders[orders.size() / 2];
}

TEST(RayleighIteration, ConvergesCubicallyAndAFixedShiftLinearly) {
    const double quotient =
        median_order([](const MatrixD& a, const VectorD& x) { return rayleigh_iteration(a, x); });
    EXPECT_NEAR(quotient, 3, 0.25);
    const double inexact = median_order(
        [](const MatrixD& a, const VectorD& x) { return rayleigh_iteration(matrix_operator(a), x); });
    EXPECT_GT(inexact, 2.5);
    // The twin: what does not move its shift is not cubic, and the same measure says so.
    const double fixed =
        median_order([](const MatrixD& a, const VectorD& x) { return inverse_iteration(a, 3.3, x); });
    EXPECT_NEAR(fixed, 1, 0.1);
}

// In the plane of two eigenvectors a step takes the tangent of the angle to minus its cube.
TEST(RayleighIteration, CubesTheTangentInTwoDimensions) {
    const MatrixD a = VectorD(VectorD::LinSpaced(2, 1, 3)).asDiagonal();
    for (const double tangent : {0.9, 0.5, 0.1, 1e-3}) {
        RayleighIterationOptions options;
        options.max_iterations = 1;
        const VectorD start = (VectorD(2) << 1, tangent).finished();
        const VectorD x = rayleigh_iteration(a, start, options).vector;
        const double cube = tangent * tangent * tangent;
        EXPECT_NEAR(x[1] / x[0], -cube, 1e-12 * cube + 4 * kEps) << tangent;
        EXPECT_GT(std::abs(x[1] / x[0] + tangent * tangent), 1e-3 * cube) << "squares do not pass";
    }
}

TEST(RayleighIteration, TheResidualNeverGrows) {
    Rng rng(75);
    for (int trial = 0; trial < 50; ++trial) {
        const MatrixD half = random_matrix<double>(20, 20, rng);
        const MatrixD a = half + half.transpose();
        const auto history = rayleigh_iteration(a, random_vector(20, rng)).history;
        for (std::size_t k = 1; k < history.size(); ++k) {
            EXPECT_LE(history[k].residual, history[k - 1].residual + 80 * kEps * a.norm());
        }
        EXPECT_LE(history.size(), 12U);
    }
}

TEST(RayleighIteration, StagnatesBetweenTwoEigenvectors) {
    const MatrixD a = (VectorD(2) << -1, 1).finished().asDiagonal();
    for (const RayleighIterationResult& result : {rayleigh_iteration(a, VectorD::Ones(2)),
                                                  rayleigh_iteration(matrix_operator(a), VectorD::Ones(2))}) {
        EXPECT_EQ(result.outcome, RayleighOutcome::kStagnated);
        EXPECT_EQ(result.history.size(), 6U);
        EXPECT_EQ(result.eigenvalue, 0);
    }
    EXPECT_EQ(rayleigh_iteration(a, (VectorD(2) << 1, 0.9).finished()).outcome, RayleighOutcome::kConverged);
}

TEST(RayleighIteration, AnEigenvectorIsThereAtOnce) {
    const MatrixD a = VectorD(VectorD::LinSpaced(5, 1, 5)).asDiagonal();
    const RayleighIterationResult result = rayleigh_iteration(a, -7 * VectorD::Unit(5, 3));
    EXPECT_EQ(result.outcome, RayleighOutcome::kConverged);
    EXPECT_EQ(result.history.size(), 1U);
    EXPECT_EQ(result.eigenvalue, 4);
}

TEST(RayleighIteration, PowersOfTwoScaleTheResultExactly) {
    Rng rng(76);
    const MatrixD half = random_matrix<double>(9, 9, rng);
    const MatrixD a = half + half.transpose();
    const VectorD start = random_vector(9, rng);
    const RayleighIterationResult base = rayleigh_iteration(a, start);
    for (const int exponent : {-700, -1, 1, 700}) {
        const double factor = std::ldexp(1.0, exponent);
        const RayleighIterationResult scaled = rayleigh_iteration(factor * a, start / factor);
        EXPECT_EQ(scaled.eigenvalue, factor * base.eigenvalue);
        EXPECT_EQ(scaled.vector, base.vector);
        EXPECT_EQ(scaled.history.size(), base.history.size());
        EXPECT_EQ(scaled.norm, factor * base.norm);
    }
}

TEST(RayleighIteration, MinresReachesAnEigenvalueOfAnOperatorOfSize1200) {
    const LinearOperator a = test::laplacian(40, 30);
    const VectorD values = test::laplacian_eigenvalues(40, 30);
    Rng rng(77);
    // Near the smoothest eigenvector: sin(pi i / 41) sin(pi j / 31) with some noise.
    VectorD start(1200);
    for (Eigen::Index i = 0; i < 1200; ++i) {
        start[i] = std::sin(std::numbers::pi * static_cast<double>(i / 30 + 1) / 41) *
                       std::sin(std::numbers::pi * static_cast<double>(i % 30 + 1) / 31) +
                   0.01 * rng.normal();
    }
    const RayleighIterationResult result = rayleigh_iteration(a, start);
    EXPECT_EQ(result.outcome, RayleighOutcome::kConverged);
    EXPECT_NEAR(result.eigenvalue, values[0], 8 * std::sqrt(1200) * kEps);
    EXPECT_GT(std::abs(result.eigenvalue - values[1]), 1e-3);
    EXPECT_LE(result.history.size(), 8U);
    EXPECT_GT(result.history.back().inner_iterations, 1);
}

TEST(InverseIteration, FindsTheEigenvalueNearestToTheShift) {
    Rng rng(78);
    const MatrixD a = test::with_eigenvalues(VectorD::LinSpaced(15, -7, 7), rng);
    for (const double shift : {-20.0, -6.9, -0.2, 3.0, 5.3, 7.4}) {
        RayleighIterationOptions options;
        options.max_iterations = 1000;
        const auto result = inverse_iteration(a, shift, random_vector(15, rng), options);
        EXPECT_EQ(complaint(a, result, tolerance(15)), "") << shift;
        EXPECT_NEAR(result.eigenvalue, std::clamp(std::round(shift), -7.0, 7.0), 1e-11) << shift;
    }
}

TEST(InverseIteration, ShrinksTheResidualByTheRatioOfDistances) {
    Rng rng(79);
    const MatrixD a = test::with_eigenvalues(VectorD::LinSpaced(10, 1, 10), rng);
    const auto history = inverse_iteration(a, 4.3, random_vector(10, rng)).history;
    ASSERT_GT(history.size(), 12U);
    // 0.3 to the nearest eigenvalue, 0.7 to the next.
    EXPECT_NEAR(history[11].residual / history[10].residual, 0.3 / 0.7, 0.02);
}

TEST(RayleighIteration, ReportsTheIterationLimit) {
    Rng rng(80);
    const MatrixD a = test::with_eigenvalues(VectorD::LinSpaced(10, 1, 10), rng);
    RayleighIterationOptions options;
    options.max_iterations = 0;
    const auto none = rayleigh_iteration(a, random_vector(10, rng), options);
    EXPECT_EQ(none.outcome, RayleighOutcome::kIterationLimit);
    EXPECT_EQ(none.history.size(), 1U);
    options.max_iterations = 3;
    const auto few = inverse_iteration(a, 4.4, random_vector(10, rng), options);
    EXPECT_EQ(few.outcome, RayleighOutcome::kIterationLimit);
    EXPECT_EQ(few.history.size(), 4U);
}

TEST(RayleighIteration, ErrorsNameWhatIsWrong) {
    const MatrixD a = MatrixD::Identity(3, 3);
    const VectorD ones = VectorD::Ones(3);
    VectorD bad = ones;
    bad[2] = std::numeric_limits<double>::infinity();
    expect_words(message_of<InvalidArgument>([&] { (void)rayleigh_iteration(a, VectorD::Zero(3)); }),
                 {"start vector (3)", "zero"});
    expect_words(message_of<InvalidArgument>([&] { (void)rayleigh_iteration(a, VectorD::Ones(2)); }),
                 {"start vector", "2", "3"});
    expect_words(message_of<NumericalError>([&] { (void)rayleigh_iteration(a, bad); }), {"inf at 2"});
    expect_words(message_of<InvalidArgument>([&] { (void)rayleigh_iteration(MatrixD(0, 0), VectorD(0)); }),
                 {"start vector (0)"});
    MatrixD skew = a;
    skew(0, 1) = 1;
    expect_words(message_of<InvalidArgument>([&] { (void)rayleigh_iteration(skew, ones); }),
                 {"(3, 3)", "not symmetric"});
    MatrixD nan = a;
    nan(1, 1) = std::numeric_limits<double>::quiet_NaN();
    expect_words(message_of<NumericalError>([&] { (void)rayleigh_iteration(nan, ones); }), {"(3, 3)"});
    expect_words(message_of<NumericalError>([&] { (void)inverse_iteration(a, NAN, ones); }), {"nan"});
    expect_words(message_of<InvalidArgument>([&] { (void)rayleigh_iteration(LinearOperator{}, ones); }),
                 {"size 0"});
    const LinearOperator divides{3, [](const MatrixD& x) -> MatrixD { return x / 0.0; }};
    expect_words(message_of<NumericalError>([&] { (void)rayleigh_iteration(divides, ones); }), {"(3, 1)"});
}

TEST(RayleighIterationOptions, EveryFieldIsChecked) {
    const auto words_for = [](auto change) {
        RayleighIterationOptions options;
        change(options);
        return message_of<InvalidArgument>([&] { options.validate(); });
    };
    EXPECT_NO_THROW(RayleighIterationOptions().validate());
    expect_words(words_for([](auto& o) { o.max_iterations = -1; }), {"max_iterations", "-1"});
    for (const double bad : {0.0, 1.0, -1e-3, std::nan("")}) {
        expect_words(words_for([&](auto& o) { o.tolerance = bad; }), {"tolerance"});
    }
    expect_words(words_for([](auto& o) { o.inner_iterations = 1; }), {"inner_iterations", "1"});
}

}  // namespace
}  // namespace eckart::calculus
