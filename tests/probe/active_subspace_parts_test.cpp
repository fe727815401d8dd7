// The pieces of the search for the active subspace, each against what is known in closed form.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "eckart/core/error.hpp"
#include "error_message.hpp"
#include "probe/subspace/difference_table.hpp"
#include "probe/subspace/gradient_spectrum.hpp"
#include "probe/subspace/invariance.hpp"
#include "probe/subspace/noise_study.hpp"
#include "sample_functions.hpp"

namespace eckart::probe {
namespace {

using test::expect_words;
using test::FunctionOracle;
using test::message_of;

VectorD table(Eigen::Index count, const std::function<double(double)>& f) {
    VectorD values(count);
    for (Eigen::Index i = 0; i < count; ++i) values[i] = f(static_cast<double>(i));
    return values;
}

TEST(DifferenceTable, FindsTheNoiseOfASmoothFunctionWithinAFactorOfTwo) {
    Rng rng(1);
    int close = 0;
    for (int trial = 0; trial < 500; ++trial) {
        const double sigma = std::pow(10.0, rng.uniform(-12, -3));
        const double slope = rng.uniform(-1, 1) * sigma * 1e3;
        const TableNoise noise =
            difference_table_noise(table(8, [&](double i) { return 3 + slope * i + sigma * rng.normal(); }));
        EXPECT_FALSE(noise.flat);
        if (noise.sigma > sigma / 2 && noise.sigma < 2 * sigma) ++close;
    }
    EXPECT_GE(close, 400);
}

TEST(DifferenceTable, SeesRoundingAndStepsAndConstants) {
    const double rounding =
        difference_table_noise(table(8, [](double i) { return std::exp(1 + 1e-6 * i); })).sigma;
    EXPECT_GT(rounding, 2e-17);
    EXPECT_LT(rounding, 2e-15);
    // One step of size 1: a uniform error within steps has the standard deviation 1 / sqrt(12).
    const double step = difference_table_noise(table(8, [](double i) { return i < 3 ? 4 : 5; })).sigma;
    EXPECT_NEAR(step, 1 / std::sqrt(12.0), 0.1);
    const TableNoise none = difference_table_noise(table(8, [](double) { return 7; }));
    EXPECT_TRUE(none.flat);
    EXPECT_EQ(none.sigma, 0);
    // Not noise: a smooth function has no three orders that agree, and falls to the last.
    const TableNoise smooth = difference_table_noise(table(8, [](double i) { return std::exp(i / 20); }));
    EXPECT_LT(smooth.sigma, 1e-8);
}

TEST(DifferenceTable, ScaleOfTheValuesDoesNotMatter) {
    Rng rng(2);
    const VectorD values = table(8, [&](double) { return rng.normal(); });
    const double sigma = difference_table_noise(values).sigma;
    for (const double scale : {1e-290, 1e-150, 1e150, 1e290}) {
        EXPECT_NEAR(difference_table_noise(scale * values).sigma / scale, sigma, 1e-12 * sigma);
    }
}

TEST(Box, GoesThereAndBackAndNeverOutside) {
    const Box box{VectorD{{-1e300, 0.1, 1e6, -1e-300}}, VectorD{{3e299, 0.3, 1e6 + 1, 1e-300}}};
    box.validate(4);
    Rng rng(3);
    MatrixD z(50, 4);
    for (double& entry : z.reshaped()) entry = rng.uniform(-1, 1);
    z.row(0).setConstant(-1);
    z.row(1).setConstant(1);
    const MatrixD x = box.to_x(z);
    for (Eigen::Index i = 0; i < x.rows(); ++i) {
        EXPECT_TRUE((x.row(i).transpose().array() >= box.lower.array()).all());
        EXPECT_TRUE((x.row(i).transpose().array() <= box.upper.array()).all());
    }
    EXPECT_LT((box.to_z(x) - z).cwiseAbs().maxCoeff(), 1e-9);
    EXPECT_TRUE(Box::cube(3).to_x(z.leftCols(3)) == z.leftCols(3));
}

TEST(Box, RefusesWhatIsNone) {
    const VectorD zero = VectorD::Zero(2);
    const double inf = std::numeric_limits<double>::infinity();
    const auto message = [](const Box& box) { return message_of<InvalidArgument>([&] { box.validate(2); }); };
    expect_words(message({zero, zero}), {"variable 1", "from 0 to 0"});
    expect_words(message({zero, VectorD{{1, -1}}}), {"variable 2", "from 0 to -1"});
    expect_words(message({zero, VectorD{{1, inf}}}), {"variable 2", "inf"});
    expect_words(message({VectorD{{NAN, 0}}, VectorD{{1, 1}}}), {"variable 1", "nan"});
    expect_words(message({VectorD{{-1.5e308, 0}}, VectorD{{1.5e308, 1}}}), {"variable 1"});
    expect_words(message({VectorD::Zero(1), VectorD::Ones(1)}), {"1 lower and 1 upper", "2 variables"});
    expect_words(message({VectorD{{0, 1}}, VectorD{{1, 1 + 1e-13}}}), {"variable 2", "too narrow"});
    expect_words(message({VectorD{{1e-320, 0}}, VectorD{{2e-320, 1}}}), {"variable 1", "too narrow"});
}

TEST(NoiseRoot, NoiseAloneStaysBelowAndNotFarBelow) {
    Rng rng(4);
    int above = 0;
    double closest = 0;
    const int trials = 1000;
    for (int trial = 0; trial < trials; ++trial) {
        const auto m = static_cast<Eigen::Index>(2 + rng.index(60));
        const auto n = static_cast<Eigen::Index>(1 + rng.index(30));
        GradientSamples samples{normal_matrix<double>(m, n, rng), VectorD(m), VectorD::Zero(m)};
        for (Eigen::Index i = 0; i < m; ++i) {
            samples.noise[i] = trial % 2 == 0 ? 2.0 : rng.uniform(0, 3);
            samples.gradients.row(i) *= samples.noise[i];
        }
        const double ratio = gradient_spectrum(samples.gradients, false).roots[0] / noise_root(samples, 1);
        above += ratio > 1 ? 1 : 0;
        closest = std::max(closest, ratio);
    }
    EXPECT_LE(above, trials / 100);
    EXPECT_GT(closest, 0.8);  // the bound says something
}

TEST(GradientSpectrum, KeepsTinyEigenvaluesAndCompletesTheBasis) {
    Rng rng(5);
    const MatrixD q = linalg::thin_qr<double>(normal_matrix<double>(6, 6, rng)).q;
    const MatrixD gradients = VectorD{{1, 1e-9, 1e-14}}.asDiagonal() * q.topRows(3);
    const Spectrum spectrum = gradient_spectrum(gradients, true);
    for (Eigen::Index i = 0; i < 3; ++i) {
        EXPECT_NEAR(spectrum.roots[i] * std::sqrt(3.0), std::pow(10.0, i == 0 ? 0 : -4 - 5 * i), 1e-15);
    }
    EXPECT_EQ(spectrum.roots.tail(3), VectorD::Zero(3));
    EXPECT_LT((spectrum.basis.transpose() * spectrum.basis - MatrixD::Identity(6, 6)).norm(), 1e-13);
    EXPECT_EQ(gradient_spectrum(gradients, false).basis.cols(), 3);
}

/// The first variable; remembers how much it was asked at once.
class FirstVariable final : public ValueOracle<double> {
  public:
    explicit FirstVariable(Eigen::Index n) : n_(n) {}
    [[nodiscard]] Eigen::Index dim() const override { return n_; }
    double value(const VectorD& x) override { return x[0]; }
    VectorD values(const MatrixD& points) override {
        largest = std::max(largest, points.size());
        return points.col(0);
    }
    Eigen::Index largest = 0;

  private:
    Eigen::Index n_;
};

TEST(TakeGradients, LargeBatchesAreAskedInParts) {
    const Eigen::Index n = 1200;
    FirstVariable oracle(n);
    const Box box = Box::cube(n);
    Questioner questions(oracle, nullptr, box, 1'000'000);
    NoiseStudy study;
    study.step = 0.125;
    const GradientSamples samples =
        take_gradients(questions, MatrixD::Zero(13, n), VectorD::LinSpaced(13, 1, 13), study);
    EXPECT_EQ(samples.gradients.col(0), VectorD::Ones(13));
    EXPECT_EQ(samples.gradients.rightCols(n - 1).cwiseAbs().maxCoeff(), 0);
    EXPECT_EQ(samples.noise.size(), 13);
    EXPECT_LE(oracle.largest, 1 << 24);
    EXPECT_EQ(questions.calls().values, 13 * 2 * n);
}

TEST(Quantile, InterpolatesBetweenNeighbors) {
    const VectorD values{{4, 1, 3, 2}};
    EXPECT_EQ(quantile(values, 0), 1);
    EXPECT_EQ(quantile(values, 1), 4);
    EXPECT_DOUBLE_EQ(quantile(values, 0.5), 2.5);
    EXPECT_EQ(quantile(VectorD::Constant(1, 7), 0.3), 7);
}

TEST(Invariance, PairsStayInTheCubeAndAgreeInTheSubspace) {
    Rng rng(6);
    for (int trial = 0; trial < 30; ++trial) {
        const auto n = static_cast<Eigen::Index>(2 + rng.index(12));
        const auto r = static_cast<Eigen::Index>(rng.index(static_cast<std::uint64_t>(n)));
        const MatrixD basis =
            linalg::thin_qr<double>(normal_matrix<double>(n, std::max<Eigen::Index>(r, 1), rng))
                .q.leftCols(r);
        FunctionOracle oracle(n, [&](const VectorD& x) { return (basis.transpose() * x).sum(); });
        const Box box = Box::cube(n);
        Questioner questions(oracle, nullptr, box, 1000);
        Invariance test;
        MatrixD points(0, n);
        VectorD values;
        test.add_pairs(questions, basis, {1e-14, 0}, 20, rng, points, values);
        ASSERT_EQ(oracle.asked.size(), 40U);
        EXPECT_EQ(points.rows(), 20);
        double distance = 0;
        for (std::size_t i = 0; i < 40; i += 2) {
            const VectorD apart = oracle.asked[i + 1] - oracle.asked[i];
            EXPECT_LE(oracle.asked[i + 1].cwiseAbs().maxCoeff(), 1);
            EXPECT_LT((basis.transpose() * apart).norm(), 1e-13);
            distance += apart.norm() / 20;
        }
        // Two random points of a cube of n - r dimensions are sqrt(2 (n - r) / 3) apart; slices are smaller.
        EXPECT_GT(distance, 0.25 * std::sqrt(static_cast<double>(n - r)));
        const Invariance::Result result = test.judge(basis, {0, 1, 1});
        EXPECT_TRUE(result.passed());
        EXPECT_EQ(result.tested, 20);
    }
}

/// That many pairs, asked of `oracle` with noise of that size about the subspace of `basis`.
Invariance ask_pairs(FunctionOracle& oracle, const MatrixD& basis, double noise, Eigen::Index count,
                     Rng rng) {
    const Box box = Box::cube(oracle.dim());
    Questioner questions(oracle, nullptr, box, 1000);
    Invariance test;
    MatrixD points(0, oracle.dim());
    VectorD values;
    test.add_pairs(questions, basis, {noise, 0}, count, rng, points, values);
    return test;
}

TEST(Invariance, ABrokenPairStaysUntilADirectionExplainsIt) {
    FunctionOracle oracle(3, [](const VectorD& x) { return x[0] + 0.01 * x[1]; });
    const MatrixD axes = MatrixD::Identity(3, 3);
    const Invariance test = ask_pairs(oracle, axes.leftCols(1), 1e-3, 20, Rng(7));
    EXPECT_FALSE(test.judge(axes.leftCols(1), {0, 1, 1}).passed());
    EXPECT_GT(test.judge(axes.leftCols(1), {0, 1, 1}).mean_square, 2);
    EXPECT_TRUE(test.judge(axes.leftCols(2), {0, 1, 1}).passed());
    // A slope that the error of the subspace may have.
    EXPECT_TRUE(test.judge(axes.leftCols(1), {0.01, 1, 1}).passed());
}

TEST(Invariance, OneBrokenPairIsEnough) {
    int calls = 0;
    FunctionOracle oracle(3, [&](const VectorD&) { return ++calls == 8 ? 6 * std::sqrt(2.0) : 0.0; });
    const Invariance test = ask_pairs(oracle, MatrixD(3, 0), 1, 20, Rng(7));
    const Invariance::Result result = test.judge(MatrixD(3, 0), {0, 1, 1});
    EXPECT_NEAR(result.worst, 6, 1e-12);
    EXPECT_LT(result.mean_square, 1.9) << "so that the mean alone would pass it";
    EXPECT_FALSE(result.passed());
}

TEST(Invariance, TrendShowsWhatEveryPairHides) {
    const auto trend_of = [](Eigen::Index n, const std::function<double(const VectorD&)>& f, double sigma) {
        FunctionOracle oracle(n, f);
        oracle.sigma = sigma;
        return ask_pairs(oracle, MatrixD(n, 0), sigma, 116, Rng(11)).trend();
    };
    EXPECT_EQ(trend_of(
                  3, [](const VectorD&) { return 4.0; }, 0),
              0);
    for (const Eigen::Index n : {1, 3, 30}) {
        EXPECT_LT(trend_of(
                      n, [](const VectorD&) { return 4.0; }, 1),
                  5)
            << n;
        EXPECT_GT(trend_of(
                      n, [](const VectorD& x) { return x[0]; }, 0.5),
                  5)
            << n;
        EXPECT_GT(trend_of(
                      n, [](const VectorD& x) { return 2 * x.squaredNorm(); }, 0.5),
                  5)
            << n;
        EXPECT_GT(trend_of(
                      n, [](const VectorD& x) { return 1e200 * x[0]; }, 5e199),
                  5)
            << n;
    }
}

TEST(NoiseStudy, StepBalancesTruncationAndNoise) {
    for (const double sigma : {0.0, 1e-8, 1e-4, 1e-2}) {
        FunctionOracle oracle(5, [](const VectorD& x) { return std::sin(3 * x.sum() / std::sqrt(5.0)); });
        oracle.sigma = sigma;
        const Box box = Box::cube(5);
        Questioner questions(oracle, nullptr, box, 10'000);
        const NoiseStudy study = study_values(questions, Rng(8), std::nan(""), 0);
        const double noise = study.noise.at(1);
        EXPECT_GT(noise, sigma == 0 ? 1e-17 : sigma / 2);
        EXPECT_LT(noise, sigma == 0 ? 1e-14 : 2 * sigma);
        // The third derivative along the unit vector (1, ..., 1) / sqrt(5) is at most 27.
        const double best = std::cbrt(3 * std::max(noise, 1e-16) / 27);
        EXPECT_GT(study.step, 0.1 * best);
        EXPECT_LT(study.step, 3 * best);
        EXPECT_LT(study.truncation.at(1), 3 * noise / study.step);
        EXPECT_LE(study.step, 0.2);
    }
}

}  // namespace
}  // namespace eckart::probe
