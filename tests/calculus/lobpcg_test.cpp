#include "eckart/calculus/lobpcg.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

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
using test::laplacian;
using test::laplacian_eigenvalues;
using test::message_of;
using test::random_matrix;

/// The k wanted ones of all eigenvalues, in the order of a result.
VectorD wanted(VectorD values, SpectrumEnd end, Eigen::Index k) {
    if (end == SpectrumEnd::kLargest) values.reverseInPlace();
    return values.head(k);
}

/// Empty, or what is wrong: residuals, orthonormality, values against `expected`, as `tolerance` times |A|.
std::string complaint(const LinearOperator& a, const LobpcgResult& result, const VectorD& expected,
                      double tolerance) {
    const Eigen::Index k = expected.size();
    const double allowed = tolerance * result.norm;
    const MatrixD& x = result.vectors;
    if (x.rows() != a.size || x.cols() != k || result.values.size() != k) return "shape";
    const MatrixD r = a.apply(x) - x * result.values.asDiagonal();
    for (Eigen::Index j = 0; j < k; ++j) {
        if (!(r.col(j).stableNorm() <= allowed)) return "residual";
        if (!(std::abs(r.col(j).stableNorm() - result.residuals[j]) <= 0.1 * allowed)) return "its report";
    }
    const double defect = (x.transpose() * x - MatrixD::Identity(k, k)).cwiseAbs().maxCoeff();
    if (!(defect <= 100 * static_cast<double>(k) * kEps)) return "orthonormality";
    if (!((result.values - expected).cwiseAbs().maxCoeff() <= allowed)) return "values";
    return result.outcome == LobpcgOutcome::kConverged ? "" : "outcome";
}

TEST(Lobpcg, AgreesWithLapackOnEverySpectrum) {
    Rng rng(101);
    for (const Eigen::Index n : {1, 2, 7, 120}) {
        for (const auto& problem : eigen_problems(n, rng)) {
            const VectorD all = linalg::symmetric_eigen(problem.a).values;
            for (const SpectrumEnd end : {SpectrumEnd::kSmallest, SpectrumEnd::kLargest}) {
                for (const Eigen::Index k : {1, 2, 5, 10}) {
                    if (k > n) continue;
                    LobpcgOptions options;
                    options.count = k;
                    options.end = end;
                    options.max_iterations = 200;
                    const LinearOperator a = matrix_operator(problem.a);
                    const LobpcgResult result = lobpcg(a, options);
                    // Small eigenvalues that are close to each other compared with the largest one take
                    // thousands of steps without a preconditioner.
                    const bool slow = n == 120 && end == SpectrumEnd::kSmallest &&
                                      (problem.name == "geometric" || problem.name == "ratio 1e24");
                    if (slow && result.outcome == LobpcgOutcome::kIterationLimit) continue;
                    EXPECT_EQ(complaint(a, result, wanted(all, end, k), 1.2e-8), "")
                        << problem.name << ", n " << n << ", k " << k << ", end " << static_cast<int>(end);
                }
            }
        }
    }
}

TEST(Lobpcg, TheCheckSeesEveryKindOfError) {
    const LinearOperator a = laplacian(12, 11);
    LobpcgOptions options;
    options.count = 4;
    const LobpcgResult right = lobpcg(a, options);
    const VectorD expected = laplacian_eigenvalues(12, 11).head(4);
    ASSERT_EQ(complaint(a, right, expected, 1.2e-8), "");
    const auto found = [&](auto spoil) {
        LobpcgResult wrong = right;
        spoil(wrong);
        return complaint(a, wrong, expected, 1.2e-8);
    };
    EXPECT_EQ(found([](auto& r) { r.values[2] += 1e-6; }), "residual");
    EXPECT_EQ(found([](auto& r) { r.vectors.col(1) += 1e-6 * r.vectors.col(3); }), "residual");
    EXPECT_EQ(found([](auto& r) { r.vectors.col(1) *= 1 + 1e-10; }), "orthonormality");
    EXPECT_EQ(found([](auto& r) { r.residuals[0] *= 1000; }), "its report");
    EXPECT_EQ(found([](auto& r) { r.outcome = LobpcgOutcome::kIterationLimit; }), "outcome");
    // A pair skipped: right residuals, wrong values.
    LobpcgOptions more = options;
    more.count = 5;
    const LobpcgResult five = lobpcg(a, more);
    EXPECT_EQ(found([&](auto& r) {
                  r.values = five.values.tail(4);
                  r.vectors = five.vectors.rightCols(4);
                  r.residuals = five.residuals.tail(4);
              }),
              "values");
}

/// The inverse of the Laplacian, exactly, from its known eigenvectors sin(pi i a / (m + 1)).
LinearOperator laplacian_inverse(Eigen::Index rows, Eigen::Index cols) {
    const auto sines = [](Eigen::Index m) {
        MatrixD s(m, m);
        for (Eigen::Index i = 0; i < m; ++i) {
            for (Eigen::Index j = 0; j < m; ++j) {
                s(i, j) = std::sqrt(2.0 / static_cast<double>(m + 1)) *
                          std::sin(std::numbers::pi * static_cast<double>((i + 1) * (j + 1)) /
                                   static_cast<double>(m + 1));
            }
        }
        return s;
    };
    const auto values = [](Eigen::Index m) {
        VectorD v(m);
        for (Eigen::Index i = 0; i < m; ++i) {
            const double sine =
                std::sin(static_cast<double>(i + 1) * std::numbers::pi / (2 * static_cast<double>(m + 1)));
            v[i] = 4 * sine * sine;
        }
        return v;
    };
    return {rows * cols, [=, left = sines(rows), right = sines(cols)](const MatrixD& x) {
                const MatrixD divisors =
                    values(rows).replicate(1, cols) + values(cols).transpose().replicate(rows, 1);
                MatrixD y(x.rows(), x.cols());
                for (Eigen::Index k = 0; k < x.cols(); ++k) {
                    const VectorD column = x.col(k);
                    const MatrixD grid = ConstMatrixView<double>(column.data(), rows, cols);
                    const MatrixD waves = (left * grid * right).cwiseQuotient(divisors);
                    const MatrixD back = left * waves * right;
                    y.col(k) = Eigen::Map<const VectorD>(back.data(), back.size());
                }
                return y;
            }};
}

TEST(Lobpcg, LaplacianEigenvaluesInClosedForm) {
    const LinearOperator a = laplacian(47, 43);
    const VectorD all = laplacian_eigenvalues(47, 43);
    for (Eigen::Index k = 1; k <= 10; k += 3) {
        for (const SpectrumEnd end : {SpectrumEnd::kSmallest, SpectrumEnd::kLargest}) {
            LobpcgOptions options;
            options.count = k;
            options.end = end;
            const LobpcgResult result = lobpcg(a, options);
            EXPECT_EQ(complaint(a, result, wanted(all, end, k), 1.2e-8), "") << k;
            // The error of a value is of the order of the residual squared over the gap (here 4e-3 or more).
            EXPECT_LE((result.values - wanted(all, end, k)).cwiseAbs().maxCoeff(), 1e-10) << k;
        }
    }
}

TEST(Lobpcg, APreconditionerSavesMostIterations) {
    const LinearOperator a = laplacian(47, 43);
    const VectorD all = laplacian_eigenvalues(47, 43);
    for (Eigen::Index k = 1; k <= 10; ++k) {
        LobpcgOptions options;
        options.count = k;
        options.preconditioner = laplacian_inverse(47, 43);
        const LobpcgResult fast = lobpcg(a, options);
        EXPECT_EQ(complaint(a, fast, all.head(k), 1.2e-8), "") << k;
        EXPECT_LE(fast.history.size(), 30U) << k;
        if (k % 5 != 0) continue;
        options.preconditioner = {};
        EXPECT_GT(lobpcg(a, options).history.size(), 3 * fast.history.size()) << k;
    }
}

TEST(Lobpcg, ReachesRounding) {
    const LinearOperator a = laplacian(24, 25);
    LobpcgOptions options;
    options.count = 6;
    options.tolerance = 2e-14;
    const LobpcgResult result = lobpcg(a, options);
    EXPECT_EQ(result.outcome, LobpcgOutcome::kConverged);
    EXPECT_LE((result.values - laplacian_eigenvalues(24, 25).head(6)).cwiseAbs().maxCoeff(),
              8 * std::sqrt(600) * kEps);
    EXPECT_LE(result.residuals.maxCoeff(), 2e-14 * result.norm);
}

TEST(Lobpcg, SmallEigenvaluesBesideHugeOnes) {
    // 1, 2, ..., 10 and 1e8 ... 1e10: the inverse diagonal is what makes this easy.
    VectorD diagonal(300);
    for (Eigen::Index i = 0; i < 300; ++i) {
        diagonal[i] = i < 10 ? static_cast<double>(i + 1) : std::pow(10.0, 8 + static_cast<double>(i) / 150);
    }
    const LinearOperator a{300, [&](const MatrixD& x) -> MatrixD { return diagonal.asDiagonal() * x; }};
    LobpcgOptions options;
    options.count = 5;
    options.tolerance = 1e-14;
    options.preconditioner = {
        300, [&](const MatrixD& x) -> MatrixD { return diagonal.cwiseInverse().asDiagonal() * x; }};
    const LobpcgResult result = lobpcg(a, options);
    EXPECT_EQ(complaint(a, result, diagonal.head(5), 1e-13), "");
}

TEST(Lobpcg, TheSameSeedGivesTheSameBits) {
    const LinearOperator a = laplacian(15, 16);
    LobpcgOptions options;
    options.count = 3;
    const LobpcgResult first = lobpcg(a, options);
    const LobpcgResult second = lobpcg(a, options);
    EXPECT_EQ(first.values, second.values);
    EXPECT_EQ(first.vectors, second.vectors);
    options.seed = 1;
    const LobpcgResult other = lobpcg(a, options);
    EXPECT_NE(first.vectors, other.vectors);
    EXPECT_LE((first.values - other.values).norm(), 1e-10);
}

TEST(Lobpcg, ScalingByAPowerOfTwoChangesNoDigit) {
    const LinearOperator a = laplacian(13, 14);
    LobpcgOptions options;
    options.count = 2;
    const LobpcgResult base = lobpcg(a, options);
    for (const int exponent : {-900, -1, 900}) {
        const double factor = std::ldexp(1.0, exponent);
        const LinearOperator scaled_a{a.size,
                                      [&](const MatrixD& x) -> MatrixD { return factor * a.apply(x); }};
        const LobpcgResult scaled = lobpcg(scaled_a, options);
        EXPECT_EQ(scaled.outcome, LobpcgOutcome::kConverged) << exponent;
        EXPECT_LE((scaled.values / factor - base.values).norm(), 1e-10) << exponent;
    }
}

TEST(Lobpcg, StartsFromGivenVectors) {
    const LinearOperator a = laplacian(14, 15);
    LobpcgOptions options;
    options.count = 3;
    const LobpcgResult cold = lobpcg(a, options);
    options.start = cold.vectors;
    const LobpcgResult warm = lobpcg(a, options);
    EXPECT_EQ(warm.history.size(), 1U);
    EXPECT_EQ(warm.applications, 4 + 3);
    EXPECT_LE((warm.values - cold.values).norm(), 1e-14);
    // Dependent columns and zeros are replaced.
    Rng rng(102);
    options.start = random_matrix<double>(210, 4, rng);
    options.start.col(1) = 2 * options.start.col(0);
    options.start.col(3).setZero();
    EXPECT_EQ(complaint(a, lobpcg(a, options), laplacian_eigenvalues(14, 15).head(3), 1.2e-8), "");
}

TEST(Lobpcg, LocksWhatHasConverged) {
    const LinearOperator a = laplacian(20, 23);
    LobpcgOptions options;
    options.count = 8;
    const LobpcgResult result = lobpcg(a, options);
    EXPECT_EQ(result.history.front().active, 10);
    EXPECT_LE(result.history.back().active, 2);
    const auto steps = static_cast<Eigen::Index>(result.history.size());
    EXPECT_LT(result.applications, 10 * steps);
}

TEST(Lobpcg, StopsWhenAskedAndAtTheLimit) {
    const LinearOperator a = laplacian(20, 20);
    LobpcgOptions options;
    options.count = 2;
    int asked = 0;
    options.stop = [&] { return ++asked == 4; };
    const LobpcgResult stopped = lobpcg(a, options);
    EXPECT_EQ(stopped.outcome, LobpcgOutcome::kStopped);
    EXPECT_EQ(stopped.history.size(), 4U);
    EXPECT_EQ(stopped.vectors.cols(), 2);
    options.stop = {};
    options.max_iterations = 3;
    const LobpcgResult limited = lobpcg(a, options);
    EXPECT_EQ(limited.outcome, LobpcgOutcome::kIterationLimit);
    EXPECT_EQ(limited.values, stopped.values);
    // What it reports is true of what it returns.
    const MatrixD r = a.apply(limited.vectors) - limited.vectors * limited.values.asDiagonal();
    EXPECT_NEAR(r.col(1).norm(), limited.residuals[1], 1e-12);
    EXPECT_GT(r.col(1).norm(), 1e-3);
}

TEST(Lobpcg, StagnatesWhereThePreconditionerGivesNoNewDirection) {
    const LinearOperator a = laplacian(10, 10);
    LobpcgOptions options;
    options.preconditioner = {100, [](const MatrixD& x) -> MatrixD { return 0 * x; }};
    EXPECT_EQ(lobpcg(a, options).outcome, LobpcgOutcome::kStagnated);
}

TEST(Lobpcg, RefusesBadOperators) {
    const auto lobpcg_of = [](Eigen::Index n, auto apply) {
        return [n, apply] { (void)lobpcg(LinearOperator{n, apply}); };
    };
    expect_words(message_of<InvalidArgument>([] { (void)lobpcg(LinearOperator{}); }), {"size 0"});
    expect_words(
        message_of<NumericalError>(lobpcg_of(100, [](const MatrixD& x) -> MatrixD { return x / 0.0; })),
        {"(100, 1)", "NaN or inf"});
    expect_words(
        message_of<InvalidArgument>(lobpcg_of(100, [](const MatrixD& x) -> MatrixD { return x.topRows(3); })),
        {"(3, 1)", "(100, 1)"});
    for (const Eigen::Index n : {6, 100}) {  // dense and iterated
        const auto shift = [](const MatrixD& x) -> MatrixD {
            MatrixD y = x;
            y.topRows(x.rows() - 1) += x.bottomRows(x.rows() - 1);
            return y;
        };
        expect_words(message_of<InvalidArgument>(lobpcg_of(n, shift)), {"not symmetric"});
    }
    LobpcgOptions options;
    options.preconditioner = {100, [](const MatrixD& x) -> MatrixD { return x / 0.0; }};
    expect_words(message_of<NumericalError>([&] { (void)lobpcg(laplacian(10, 10), options); }),
                 {"preconditioner"});
}

TEST(LobpcgOptions, EveryFieldIsChecked) {
    const auto words_for = [](auto change) {
        LobpcgOptions options;
        change(options);
        return message_of<InvalidArgument>([&] { options.validate(50); });
    };
    EXPECT_NO_THROW(LobpcgOptions().validate(50));
    expect_words(words_for([](auto& o) { o.count = 0; }), {"count is 0", "50"});
    expect_words(words_for([](auto& o) { o.count = 51; }), {"count is 51", "50"});
    expect_words(words_for([](auto& o) { o.guards = -1; }), {"guards is -1"});
    for (const double bad : {0.0, 1e-17, 1.0, std::nan("")}) {
        expect_words(words_for([&](auto& o) { o.tolerance = bad; }), {"tolerance"});
    }
    expect_words(words_for([](auto& o) { o.max_iterations = -2; }), {"max_iterations is -2"});
    expect_words(words_for([](auto& o) { o.start = MatrixD::Ones(49, 1); }), {"(49, 1)", "50 rows"});
    expect_words(words_for([](auto& o) {
                     o.count = 3;
                     o.start = MatrixD::Ones(50, 2);
                 }),
                 {"(50, 2)", "from 3"});
    expect_words(words_for([](auto& o) { o.preconditioner = matrix_operator(MatrixD::Identity(4, 4)); }),
                 {"size 4", "50"});
    LobpcgOptions nan;
    nan.start = MatrixD::Constant(50, 1, std::nan(""));
    expect_words(message_of<NumericalError>([&] { nan.validate(50); }), {"start (50, 1)"});
}

}  // namespace
}  // namespace eckart::calculus
