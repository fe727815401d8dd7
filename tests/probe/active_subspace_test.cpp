#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "eckart/core/error.hpp"
#include "eckart/core/threads.hpp"
#include "error_message.hpp"
#include "sample_functions.hpp"

namespace eckart::probe {
namespace {

using test::expect_words;
using test::FunctionOracle;
using test::message_of;

const double kNan = std::numeric_limits<double>::quiet_NaN();

VectorD unit(Eigen::Index n, std::uint64_t seed) {
    Rng rng(seed);
    return normal_matrix<double>(n, 1, rng).col(0).normalized();
}

FunctionOracle sine_of(const VectorD& a) {
    return {a.size(), [a](const VectorD& x) { return std::sin(2 * a.dot(x) + 0.3); },
            [a](const VectorD& x) -> VectorD { return 2 * std::cos(2 * a.dot(x) + 0.3) * a; }};
}

void expect_exact(const ActiveSubspace& found, const MatrixD& rows, double accuracy) {
    EXPECT_EQ(found.outcome, DimensionOutcome::kDetermined) << found.reason;
    EXPECT_TRUE(found.exact);
    ASSERT_EQ(found.dimension, rows.rows());
    EXPECT_LT(test::subspace_distance(found.basis.leftCols(rows.rows()), rows), accuracy);
}

TEST(ActiveSubspace, OneDirectionOfFifty) {
    const VectorD a = unit(50, 1);
    FunctionOracle oracle = sine_of(a);
    const ActiveSubspace values = oracle.from_values(1);
    expect_exact(values, a.transpose(), 1e-7);
    EXPECT_LE(values.calls.values, 600);
    EXPECT_EQ(values.calls.values, static_cast<std::int64_t>(oracle.asked.size()));
    EXPECT_EQ(values.calls.gradients, 0);
    const ActiveSubspace gradients = oracle.from_gradients(1);
    expect_exact(gradients, a.transpose(), 1e-12);
    EXPECT_LE(gradients.calls.gradients, 31 + 14);
}

TEST(ActiveSubspace, ResultIsConsistent) {
    FunctionOracle oracle = sine_of(unit(6, 2));
    oracle.sigma = 1e-3;
    const ActiveSubspace found = oracle.from_values(1);
    EXPECT_EQ(found.eigenvalues.size(), 6);
    EXPECT_LT((found.basis.transpose() * found.basis - MatrixD::Identity(6, 6)).norm(), 1e-13);
    for (Eigen::Index i = 0; i < 6; ++i) {
        EXPECT_LE(found.lower[i], found.eigenvalues[i]);
        EXPECT_GE(found.upper[i], found.eigenvalues[i]);
        EXPECT_LE(found.eigenvalues[i], found.eigenvalues[std::max<Eigen::Index>(i - 1, 0)]);
    }
    EXPECT_GT(found.eigenvalues[0], 10 * found.noise_floor);
    EXPECT_LT(found.eigenvalues[1], found.noise_floor);
    EXPECT_EQ(found.points.rows(), found.values.size());
    EXPECT_GE(found.points.rows(), found.samples);
    EXPECT_LE(found.points.cwiseAbs().maxCoeff(), 1);
    for (Eigen::Index i = 0; i < found.points.rows(); ++i) {
        EXPECT_NEAR(found.values[i], oracle.f(found.points.row(i).transpose()), 6e-3);
    }
    EXPECT_LT(found.outside, 0.01);
    EXPECT_FALSE(found.interrupted);
}

TEST(ActiveSubspace, ConstantWithAndWithoutNoise) {
    FunctionOracle oracle(
        12, [](const VectorD&) { return 3.7; }, [](const VectorD&) -> VectorD { return VectorD::Zero(12); });
    for (const double sigma : {0.0, 0.1}) {
        oracle.sigma = sigma;
        const ActiveSubspace found = oracle.from_values(1);
        EXPECT_EQ(found.outcome, DimensionOutcome::kConstant) << found.reason;
        EXPECT_EQ(found.dimension, 0);
        EXPECT_TRUE(std::isnan(found.subspace_error));
    }
    oracle.sigma = 0;
    EXPECT_EQ(oracle.from_gradients(1).outcome, DimensionOutcome::kConstant);
    FunctionOracle zero(1, [](const VectorD&) { return 0.0; });
    EXPECT_EQ(zero.from_values(1).outcome, DimensionOutcome::kConstant);
}

TEST(ActiveSubspace, WeakVariationUnderNoiseIsNotCalledConstant) {
    // The slope is lost in the noise of a difference, not in the range of the values.
    for (const double sigma : {0.2, 0.4}) {
        FunctionOracle oracle = sine_of(unit(20, 3));
        oracle.sigma = sigma;
        ActiveSubspaceOptions options;
        options.max_calls = 3000;
        EXPECT_NE(oracle.from_values(4, options).outcome, DimensionOutcome::kConstant);
    }
}

/// Noise as large as f itself: no slope stands out of it, but many values together do.
TEST(ActiveSubspace, AFunctionInItsNoiseIsNotCalledConstant) {
    int constant = 0;
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
        FunctionOracle linear(2, [](const VectorD& x) { return x[0]; });
        FunctionOracle even(3, [](const VectorD& x) { return 2 * x[1] * x[1]; });
        for (FunctionOracle* oracle : {&linear, &even}) {
            oracle->sigma = 0.5;
            ActiveSubspaceOptions options;
            options.max_calls = 3000;
            const ActiveSubspace found = oracle->from_values(seed, options);
            constant += found.outcome == DimensionOutcome::kConstant;
            EXPECT_FALSE(found.calls_ran_out) << "more calls would not help";
        }
    }
    EXPECT_LE(constant, 1);
}

TEST(ActiveSubspace, NoiseAloneIsConstant) {
    int constant = 0;
    for (std::uint64_t seed = 0; seed < 30; ++seed) {
        FunctionOracle oracle(1 + static_cast<Eigen::Index>(seed), [](const VectorD&) { return 2.0; });
        oracle.sigma = 0.5;
        constant += oracle.from_values(seed).outcome == DimensionOutcome::kConstant;
    }
    EXPECT_GE(constant, 29);
}

TEST(ActiveSubspace, AllDirectionsWithoutGap) {
    FunctionOracle oracle(
        5, [](const VectorD& x) { return x.squaredNorm() / 2; },
        [](const VectorD& x) -> VectorD { return x; });
    for (const bool gradients : {false, true}) {
        const ActiveSubspace found = gradients ? oracle.from_gradients(1) : oracle.from_values(1);
        EXPECT_EQ(found.outcome, DimensionOutcome::kFullDimensional) << found.reason;
        EXPECT_EQ(found.dimension, 5);
        EXPECT_EQ(found.leading, 0);
    }
    FunctionOracle line(1, [](const VectorD& x) { return std::sin(x[0]); });
    EXPECT_EQ(line.from_values(1).outcome, DimensionOutcome::kFullDimensional);
}

TEST(ActiveSubspace, AGapAmongAllDirectionsUnlessNoneIsWanted) {
    FunctionOracle oracle(4,
                          [](const VectorD& x) { return x[0] + x[1] * x[1] + 0.05 * (x[2] + x[3] * x[2]); });
    const ActiveSubspace found = oracle.from_values(1);
    EXPECT_EQ(found.outcome, DimensionOutcome::kDetermined);
    EXPECT_FALSE(found.exact);
    EXPECT_EQ(found.dimension, 2);
    EXPECT_EQ(found.leading, 2);
    EXPECT_GT(found.outside, 0);
    EXPECT_LT(found.outside, 0.01);
    ActiveSubspaceOptions options;
    options.gap = std::numeric_limits<double>::infinity();
    EXPECT_EQ(oracle.from_values(1, options).outcome, DimensionOutcome::kFullDimensional);
}

TEST(ActiveSubspace, HingesThatAreSilentOnMostOfTheBox) {
    // max(0, a x - 0.3) + max(0, c x - 0.9): the second is active on an eighth of the box.
    int right = 0;
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        MatrixD rows(2, 10);
        rows << unit(10, 100 + seed).transpose(), unit(10, 200 + seed).transpose();
        const auto g = [rows](const VectorD& x) -> VectorD {
            VectorD d = VectorD::Zero(10);
            if (rows.row(0).dot(x) > 0.3) d += rows.row(0).transpose();
            if (rows.row(1).dot(x) > 0.6) d += rows.row(1).transpose();
            return d;
        };
        FunctionOracle oracle(
            10,
            [rows](const VectorD& x) {
                return std::max(0.0, rows.row(0).dot(x) - 0.3) + std::max(0.0, rows.row(1).dot(x) - 0.6);
            },
            g);
        right += oracle.from_values(seed).dimension == 2 ? 1 : 0;
        right += oracle.from_gradients(seed).dimension == 2 ? 1 : 0;
    }
    EXPECT_GE(right, 38);
}

TEST(ActiveSubspace, WhatGradientsDoNotSeeIsNotAnswered) {
    FunctionOracle step(
        4, [](const VectorD& x) { return x.sum() > 0 ? 1.0 : 0.0; },
        [](const VectorD& x) -> VectorD { return 0 * x; });
    ActiveSubspaceOptions options;
    options.max_calls = 2000;
    EXPECT_EQ(step.from_values(1, options).outcome, DimensionOutcome::kUndecided);
    const ActiveSubspace found = step.from_gradients(1, options);
    EXPECT_EQ(found.outcome, DimensionOutcome::kUndecided);
    expect_words(found.reason, {"gradients vanish", "values differ by 1"});
}

TEST(ActiveSubspace, NeverAsksOutsideTheBoxAndUnitsDoNotMatter) {
    const VectorD a = unit(6, 5);
    const VectorD scale{{1e-120, 1e-3, 1, 1e3, 1e60, 1e120}};
    const VectorD offset{{0, 5, -7, 1e4, 0, -3e120}};
    ActiveSubspaceOptions options;
    options.box = {offset - scale, offset + scale};
    FunctionOracle oracle(
        6, [&](const VectorD& x) { return std::tanh(a.dot(VectorD((x - offset).cwiseQuotient(scale)))); });
    expect_exact(oracle.from_values(1, options), a.transpose(), 1e-6);
    oracle.sigma = 0.05;  // a long step
    EXPECT_GT(oracle.from_values(1, options).step, 0.03);
    for (const VectorD& x : oracle.asked) {
        ASSERT_TRUE((x.array() >= options.box.lower.array()).all());
        ASSERT_TRUE((x.array() <= options.box.upper.array()).all());
    }
}

TEST(ActiveSubspace, ScaleOfTheFunctionDoesNotMatter) {
    const VectorD a = unit(8, 6);
    for (const double scale : {1e-290, 1e-150, 1e-10, 1e10, 1e150, 1e290}) {
        FunctionOracle oracle(
            8, [&](const VectorD& x) { return scale * std::sin(a.dot(x)); },
            [&](const VectorD& x) -> VectorD { return scale * std::cos(a.dot(x)) * a; });
        expect_exact(oracle.from_values(1), a.transpose(), 1e-7);
        expect_exact(oracle.from_gradients(1), a.transpose(), 1e-12);
    }
    // A large offset leaves fewer digits to the differences.
    FunctionOracle offset(8, [&](const VectorD& x) { return 1e8 + std::sin(a.dot(x)); });
    expect_exact(offset.from_values(1), a.transpose(), 1e-3);
}

TEST(ActiveSubspace, RoundedAnswers) {
    const VectorD a = unit(8, 7);
    FunctionOracle digits(8, [&](const VectorD& x) { return std::round(1e5 * std::exp(a.dot(x))) * 1e-5; });
    expect_exact(digits.from_values(1), a.transpose(), 0.05);
    FunctionOracle single(
        8,
        [&](const VectorD& x) { return static_cast<double>(std::exp(a.cast<float>().dot(x.cast<float>()))); },
        [&](const VectorD& x) -> VectorD {
            const float slope = std::exp(a.cast<float>().dot(x.cast<float>()));
            return (slope * a.cast<float>()).cast<double>();
        });
    expect_exact(single.from_values(1), a.transpose(), 0.01);
    expect_exact(single.from_gradients(1), a.transpose(), 1e-5);
}

TEST(ActiveSubspace, NoiseThatIsGivenIsUsed) {
    const VectorD a = unit(10, 8);
    FunctionOracle oracle = sine_of(a);
    oracle.sigma = 0.01;
    ActiveSubspaceOptions options;
    options.noise = 0.01;
    const ActiveSubspace found = oracle.from_values(1, options);
    expect_exact(found, a.transpose(), 0.3);
    EXPECT_EQ(found.noise, 0.01);
    // Noise that is taken for a thousandth of what it is shows as directions.
    options.noise = 1e-5;
    options.max_calls = 3000;
    EXPECT_NE(oracle.from_values(1, options).dimension, 1);
    options.noise = 100;  // hides every slope, but not that the values follow the variables
    options.max_calls = 1000;
    EXPECT_EQ(oracle.from_values(1, options).outcome, DimensionOutcome::kUndecided);
    EXPECT_EQ(oracle.from_gradients(1, options).outcome, DimensionOutcome::kUndecided);  // the values differ
}

TEST(ActiveSubspace, BatchesGoToTheOracleAsAWhole) {
    FunctionOracle oracle = sine_of(unit(30, 9));
    const ActiveSubspace found = oracle.from_values(1);
    EXPECT_LE(oracle.batches.size(), 10U);
    EXPECT_GE(*std::max_element(oracle.batches.begin(), oracle.batches.end()), 4 * 60);
    EXPECT_EQ(found.outcome, DimensionOutcome::kDetermined);
}

TEST(ActiveSubspace, PointsDependOnTheSeedAndTheAnswersAlone) {
    const auto points = [](std::uint64_t seed, int threads) {
        const ThreadScope scope(threads);
        FunctionOracle oracle = sine_of(unit(15, 10));
        oracle.sigma = 0.02;
        (void)oracle.from_values(seed);
        return oracle.asked;
    };
    const std::vector<VectorD> once = points(1, 1);
    EXPECT_TRUE(once == points(1, 2));
    EXPECT_FALSE(once == points(2, 1));
}

TEST(ActiveSubspace, StopsBetweenBatchesAndAShorterRunIsTheBeginningOfALongerOne) {
    FunctionOracle whole = sine_of(unit(15, 11));
    whole.sigma = 0.1;
    ActiveSubspaceOptions options;
    options.max_calls = 4000;
    (void)whole.from_values(1, options);
    for (int stop_at = 0; stop_at < 6; ++stop_at) {
        FunctionOracle part = sine_of(unit(15, 11));
        part.sigma = 0.1;
        int asked = 0;
        options.stop = [&] { return asked++ >= stop_at; };
        const ActiveSubspace found = part.from_values(1, options);
        EXPECT_EQ(found.outcome, DimensionOutcome::kUndecided);
        EXPECT_TRUE(found.interrupted);
        expect_words(found.reason, {"stopped"});
        EXPECT_EQ(found.basis.rows(), 15);
        EXPECT_EQ(found.eigenvalues.size(), 15);
        ASSERT_LT(part.asked.size(), whole.asked.size());
        EXPECT_TRUE(std::equal(part.asked.begin(), part.asked.end(), whole.asked.begin()));
    }
}

struct Recorder final : ProgressObserver {
    void on_progress(const Progress& progress) override { reports.push_back(progress); }
    std::vector<Progress> reports;
};

TEST(ActiveSubspace, ReportsCalls) {
    FunctionOracle oracle = sine_of(unit(5, 12));
    Recorder recorder;
    ActiveSubspaceOptions options;
    options.observer = &recorder;
    const ActiveSubspace found = oracle.from_values(1, options);
    ASSERT_GE(recorder.reports.size(), 3U);
    EXPECT_EQ(recorder.reports.front().done, 0U);
    EXPECT_EQ(recorder.reports.back().done, static_cast<std::uint64_t>(found.calls.values));
    EXPECT_EQ(recorder.reports.back().total, 100'000U);
    EXPECT_EQ(recorder.reports.back().unit, "calls");
}

TEST(ActiveSubspace, KeepsTheBudget) {
    Rng rng(13);
    for (int trial = 0; trial < 40; ++trial) {
        test::Ridge ridge = test::random_ridge(6, 6, rng);
        ridge.oracle.sigma = trial % 2 == 0 ? 0.3 : 0;
        ActiveSubspaceOptions options;
        options.max_calls = 250 + static_cast<std::int64_t>(rng.index(400));
        options.bootstrap = 20;
        const ActiveSubspace found =
            trial % 4 == 1 ? ridge.oracle.from_gradients(1, options) : ridge.oracle.from_values(1, options);
        EXPECT_LE(found.calls.values + found.calls.gradients, options.max_calls);
        EXPECT_FALSE(found.reason.empty());
    }
}

TEST(ActiveSubspace, BudgetThatCannotSuffice) {
    FunctionOracle oracle = sine_of(unit(10, 14));
    ActiveSubspaceOptions options;
    options.max_calls = 100;
    const std::string message = message_of<InvalidArgument>([&] { (void)oracle.from_values(1, options); });
    expect_words(message, {"max_calls is 100", "10 variables", "at least 226"});
    EXPECT_TRUE(oracle.asked.empty());
    options.max_calls = 226;
    EXPECT_NO_THROW((void)oracle.from_values(1, options));
    options.max_calls = 60;
    expect_words(message_of<InvalidArgument>([&] { (void)oracle.from_gradients(1, options); }),
                 {"at least 69"});
    options.max_calls = 69;
    EXPECT_NO_THROW((void)oracle.from_gradients(1, options));
}

TEST(ActiveSubspace, OptionsOutOfRange) {
    const auto message = [](auto change, Eigen::Index n = 3) {
        ActiveSubspaceOptions options;
        change(options);
        FunctionOracle oracle(n, [](const VectorD& x) { return x.sum(); });
        return message_of<InvalidArgument>([&] { (void)oracle.from_values(1, options); });
    };
    expect_words(message([](auto&) {}, 0), {"0 variables"});
    expect_words(message([](auto& o) { o.box = Box::cube(2); }), {"2 lower", "3 variables"});
    expect_words(message([](auto& o) {
                     o.box = {VectorD::Ones(3), VectorD::Ones(3)};
                 }),
                 {"variable 1", "from 1 to 1"});
    expect_words(message([](auto& o) { o.max_calls = 0; }), {"max_calls is 0"});
    expect_words(message([](auto& o) { o.noise = -1; }), {"noise is -1"});
    expect_words(message([](auto& o) { o.gap = 1; }), {"gap is 1"});
    expect_words(message([](auto& o) { o.gap = kNan; }), {"gap is nan"});
    expect_words(message([](auto& o) { o.unseen = 0; }), {"unseen is 0"});
    expect_words(message([](auto& o) { o.confidence = 1; }), {"confidence is 1"});
    expect_words(message([](auto& o) { o.bootstrap = 3; }), {"bootstrap is 3"});
    expect_words(message([](auto& o) { o.min_samples = -1; }), {"min_samples is -1"});
}

TEST(ActiveSubspace, AnswersThatAreNotFiniteNameTheCall) {
    for (const double bad : {kNan, std::numeric_limits<double>::infinity()}) {
        for (const int at : {1, 17, 130}) {
            int calls = 0;
            FunctionOracle oracle(5,
                                  [&](const VectorD& x) { return ++calls == at ? bad : std::sin(x.sum()); });
            const std::string message = message_of<NumericalError>([&] { (void)oracle.from_values(1); });
            expect_words(message,
                         {"call " + std::to_string(at) + ":", std::isnan(bad) ? "nan" : "inf", "...)"});
        }
    }
    FunctionOracle huge(3, [](const VectorD& x) { return 1e308 * x[0]; });
    expect_words(message_of<NumericalError>([&] { (void)huge.from_values(1); }),
                 {"call 1:", "e+30", "overflow"});
    FunctionOracle gradient(
        2, [](const VectorD& x) { return x.sum(); },
        [](const VectorD&) {
            return VectorD{{1, kNan}};
        });
    expect_words(message_of<NumericalError>([&] { (void)gradient.from_gradients(1); }),
                 {"call 1:", "entry 2 of the gradient is nan"});
    FunctionOracle wrong_size(
        2, [](const VectorD& x) { return x.sum(); },
        [](const VectorD&) {
            return VectorD{{1, 2, 3}};
        });
    expect_words(message_of<NumericalError>([&] { (void)wrong_size.from_gradients(1); }),
                 {"3 entries", "2 variables"});
}

}  // namespace
}  // namespace eckart::probe
