#include "eckart/calculus/minimize_low_rank.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "eckart/core/error.hpp"
#include "eckart/linalg/qr.hpp"
#include "eckart/linalg/svd.hpp"
#include "random_matrix.hpp"

namespace eckart::calculus {
namespace {

using test::random_matrix;

MatrixD with_singular_values(Eigen::Index n, Eigen::Index p, const VectorD& s, Rng& rng) {
    const MatrixD u = linalg::thin_qr<double>(random_matrix<double>(n, s.size(), rng)).q;
    const MatrixD v = linalg::thin_qr<double>(random_matrix<double>(p, s.size(), rng)).q;
    return u * s.asDiagonal() * v.transpose();
}

VectorD geometric(Eigen::Index count, double ratio) {
    VectorD s(count);
    for (Eigen::Index i = 0; i < count; ++i) s[i] = std::pow(ratio, static_cast<double>(i));
    return s;
}

struct Case {
    std::string name;
    LowRankObjective objective;
};

std::vector<Case> cases() {
    Rng rng(77);
    std::vector<Case> all;
    const auto add = [&](const std::string& name, const MatrixD& x, const VectorD& d) {
        all.push_back({name, LowRankObjective(x, d)});
    };
    add("1 x 1", MatrixD::Constant(1, 1, 3), VectorD::Ones(1));
    add("1 x 8", random_matrix<double>(1, 8, rng), VectorD::Ones(1));
    add("8 x 1", random_matrix<double>(8, 1, rng), VectorD::Ones(1));
    add("normal entries", random_matrix<double>(30, 20, rng), VectorD::Ones(4));
    add("wide", random_matrix<double>(10, 60, rng), VectorD::Ones(3));
    add("full rank", random_matrix<double>(12, 9, rng), VectorD::Ones(9));
    add("geometric to 1e-6", with_singular_values(25, 25, geometric(13, 0.3162), rng), VectorD::Ones(5));
    add("tiny entries", 1e-120 * with_singular_values(9, 8, geometric(8, 0.5), rng), VectorD::Ones(2));
    add("large entries", 1e120 * with_singular_values(9, 8, geometric(8, 0.5), rng), VectorD::Ones(2));
    VectorD d(3);
    d << 5, -0.2, 1;
    add("d of signs and sizes", with_singular_values(14, 11, geometric(11, 0.6), rng), d);
    d << 1e150, 1e-150, -1e-17;
    add("d of wild sizes", with_singular_values(14, 11, geometric(11, 0.6), rng), d);
    d << 1, 0, 2;
    add("a zero in d", with_singular_values(14, 11, geometric(11, 0.6), rng), d);
    add("zero", MatrixD::Zero(5, 4), VectorD::Ones(2));
    const MatrixD samples = random_matrix<double>(40, 15, rng);
    all.push_back({"weighted", LowRankObjective(random_matrix<double>(20, 15, rng), VectorD::Ones(4),
                                                samples.transpose() * samples)});
    const MatrixD few = random_matrix<double>(7, 15, rng);
    all.push_back({"weight of rank 7", LowRankObjective(random_matrix<double>(20, 15, rng), VectorD::Ones(3),
                                                        few.transpose() * few)});
    return all;
}

using Solver = std::function<LowRankSolution(const LowRankObjective&, Factors, const LowRankSolverOptions&)>;

const std::vector<std::pair<std::string, Solver>>& solvers() {
    static const std::vector<std::pair<std::string, Solver>> all = {
        {"ALS", [](const auto& f, Factors s,
                   const auto& o) { return alternating_least_squares(f, std::move(s), o); }},
        {"Newton-CG", [](const auto& f, Factors s, const auto& o) { return newton_cg(f, std::move(s), o); }},
    };
    return all;
}

/// F - min F relative to min F, or to 1e-6 |X|^2 where the optimum is smaller.
double excess(const LowRankObjective& objective, const Factors& factors) {
    const double optimum = low_rank_optimum(objective);
    const double scale = std::max(optimum, 1e-6 * objective.whitened_x().squaredNorm());
    return scale > 0 ? (objective.value(factors) - optimum) / scale : 0;
}

TEST(MinimizeLowRank, ReachesTheOptimumOfEckartAndYoungFromRandomStarts) {
    for (const auto& [name, objective] : cases()) {
        for (const auto& [solver_name, solve] : solvers()) {
            for (const std::uint64_t seed : {1U, 2U, 3U}) {
                const LowRankSolution solution = solve(objective, random_start(objective, seed), {});
                const std::string label = solver_name + ", " + name + ", " + to_string(solution.outcome);
                EXPECT_LE(std::abs(excess(objective, solution.factors)), 1e-10) << label;
                EXPECT_EQ(solution.outcome, LowRankOutcome::kConverged) << label;
            }
        }
    }
}

TEST(MinimizeLowRank, AnEarlyStopIsNotTheOptimum) {
    // The failing twin of the test above: what a loose tolerance leaves does not pass 1e-10.
    const LowRankObjective objective = cases()[3].objective;
    LowRankSolverOptions loose;
    loose.gradient_tolerance = 1e-2;
    for (const auto& [name, solve] : solvers()) {
        const LowRankSolution solution = solve(objective, random_start(objective, 1), loose);
        EXPECT_EQ(solution.outcome, LowRankOutcome::kConverged);
        EXPECT_GT(excess(objective, solution.factors), 1e-10) << name;
    }
}

TEST(MinimizeLowRank, TheValueNeverRises) {
    for (const auto& [name, objective] : cases()) {
        for (const auto& [solver_name, solve] : solvers()) {
            const LowRankSolution solution = solve(objective, random_start(objective, 4), {});
            const double slack = 1e-14 * objective.whitened_x().squaredNorm();
            for (std::size_t i = 1; i < solution.history.size(); ++i) {
                EXPECT_LE(solution.history[i].value, solution.history[i - 1].value + slack)
                    << solver_name << ", " << name << ", " << i;
            }
        }
    }
}

/// The order of convergence that the last three gradients above rounding show: log(g3 / g2) / log(g2 / g1).
double order_of(const std::vector<LowRankIteration>& history) {
    double order = 0;
    for (std::size_t i = 2; i < history.size() && history[i].relative_gradient > 1e-14; ++i) {
        order = std::log(history[i].relative_gradient / history[i - 1].relative_gradient) /
                std::log(history[i - 1].relative_gradient / history[i - 2].relative_gradient);
    }
    return order;
}

TEST(NewtonCg, ConvergesQuadraticallyAndAlsLinearly) {
    Rng rng(5);
    VectorD s(10);
    s << 10, 9, 8, 7, 4, 3, 2, 1, 0.5, 0.1;
    const LowRankObjective objective(with_singular_values(40, 30, s, rng), VectorD::Ones(4));
    const Factors start = random_start(objective, 1);
    const auto newton = newton_cg(objective, start).history;
    EXPECT_GT(order_of(newton), 1.7);
    const auto history = alternating_least_squares(objective, start).history;
    EXPECT_LT(order_of(history), 1.3);
    // By (4 / 7)^2 per iteration.
    const std::size_t last = history.size() - 1;
    const double rate = history[last].relative_gradient / history[last - 1].relative_gradient;
    EXPECT_NEAR(rate, std::pow(4.0 / 7.0, 2), 0.02);
}

TEST(NewtonCg, LeavesASaddle) {
    // Singular vectors 2 and 3 instead of 1 and 2: a critical point, and not the optimum.
    Rng rng(6);
    VectorD s(4);
    s << 4, 3, 2, 1;
    const MatrixD x = with_singular_values(9, 8, s, rng);
    const auto svd = linalg::thin_svd<double>(x);
    Factors saddle{svd.u.middleCols(1, 2), s.segment(1, 2).asDiagonal() * svd.vt.middleRows(1, 2)};
    const LowRankObjective objective(x, VectorD::Ones(2));
    ASSERT_LE(to_vector(objective.gradient(saddle)).norm(), 1e-13);
    saddle.u += 1e-4 * random_matrix<double>(9, 2, rng);
    const LowRankSolution solution = newton_cg(objective, saddle);
    EXPECT_LE(excess(objective, solution.factors), 1e-10);
}

TEST(NewtonCg, TakesFewerIterationsThanAlsWithoutAGap) {
    Rng rng(8);
    const LowRankObjective objective(with_singular_values(40, 40, geometric(40, 0.97), rng),
                                     VectorD::Ones(8));
    const Factors start = random_start(objective, 1);
    const LowRankSolution newton = newton_cg(objective, start);
    const LowRankSolution als = alternating_least_squares(objective, start);
    EXPECT_EQ(newton.outcome, LowRankOutcome::kConverged);
    EXPECT_LT(newton.history.size(), als.history.size());
    EXPECT_LE(std::abs(excess(objective, newton.factors)), 1e-10);
    EXPECT_LE(std::abs(excess(objective, als.factors)), 1e-10);
}

TEST(MinimizeLowRank, StartsOfAnySizeLeadToTheOptimum) {
    const LowRankObjective objective = cases()[3].objective;
    for (const auto& [name, solve] : solvers()) {
        for (const auto& [u, v] : {std::pair(1e12, 1e-12), std::pair(1e8, 1e8), std::pair(1e200, 1e200),
                                   std::pair(1e-12, 1e-12), std::pair(1e-150, 1.0)}) {
            Factors start = random_start(objective, 1);
            start.u *= u;
            start.v *= v;
            const LowRankSolution solution = solve(objective, start, {});
            EXPECT_LE(std::abs(excess(objective, solution.factors)), 1e-10) << name << " " << u << " " << v;
        }
    }
    // A critical point stays what it is, and a zero X leads to zero.
    const Factors zero{MatrixD::Zero(30, 4), MatrixD::Zero(4, 20)};
    EXPECT_EQ(newton_cg(objective, zero).outcome, LowRankOutcome::kConverged);
    const LowRankObjective nothing(MatrixD::Zero(5, 4), VectorD::Ones(2));
    EXPECT_EQ(newton_cg(nothing, {MatrixD::Ones(5, 2), MatrixD::Ones(2, 4)}).value(), 0);
}

TEST(MinimizeLowRank, EntriesThatSquareToZeroOrInfinity) {
    for (const double scale : {1e-170, 1e160, 1e300}) {
        Rng rng(3);
        const MatrixD x = scale * random_matrix<double>(12, 9, rng);
        const LowRankObjective objective(x, VectorD::Ones(3));
        const LowRankSolution solution = newton_cg(objective, random_start(objective, 1));
        const auto svd = linalg::thin_svd<double>(x);
        const double best = (svd.s.tail(6) / scale).norm();
        const MatrixD rest = (x - solution.factors.u * solution.factors.v) / scale;
        EXPECT_NEAR(rest.norm() / best, 1, 1e-10) << scale;
    }
}

TEST(MinimizeLowRank, SameSeedSameBits) {
    const LowRankObjective objective = cases()[3].objective;
    for (const auto& [name, solve] : solvers()) {
        const auto run = [&, &solve = solve](std::uint64_t seed) {
            return to_vector(solve(objective, random_start(objective, seed), {}).factors);
        };
        EXPECT_EQ(run(1), run(1)) << name;
        EXPECT_NE(run(1), run(2)) << name;
    }
}

TEST(MinimizeLowRank, StopsWhenAsked) {
    const LowRankObjective objective = cases()[3].objective;
    int asked = 0;
    const auto stop = [&] { return ++asked > 2; };
    const LowRankSolution als = alternating_least_squares(objective, random_start(objective, 1), {}, stop);
    EXPECT_EQ(als.outcome, LowRankOutcome::kInterrupted);
    EXPECT_EQ(als.history.size(), 3U);
    asked = 0;
    const LowRankSolution newton = newton_cg(objective, random_start(objective, 1), {}, stop);
    EXPECT_EQ(newton.outcome, LowRankOutcome::kInterrupted);
    LowRankSolverOptions one;
    one.max_iterations = 1;
    EXPECT_EQ(newton_cg(objective, random_start(objective, 1), one).outcome, LowRankOutcome::kIterationLimit);
}

TEST(MinimizeLowRank, ATargetBelowRoundingStalls) {
    const LowRankObjective objective = cases()[3].objective;
    LowRankSolverOptions options;
    options.gradient_tolerance = 1e-30;
    for (const auto& [name, solve] : solvers()) {
        const LowRankSolution solution = solve(objective, random_start(objective, 1), options);
        EXPECT_EQ(solution.outcome, LowRankOutcome::kStalled) << name;
        EXPECT_LE(std::abs(excess(objective, solution.factors)), 1e-12) << name;
    }
}

TEST(MinimizeLowRank, RefusesBadOptionsAndStarts) {
    const LowRankObjective objective = cases()[3].objective;
    const Factors start = random_start(objective, 1);
    LowRankSolverOptions options;
    options.max_iterations = 0;
    EXPECT_THROW((void)newton_cg(objective, start, options), InvalidArgument);
    options = {};
    options.gradient_tolerance = std::nan("");
    EXPECT_THROW((void)alternating_least_squares(objective, start, options), InvalidArgument);
    options = {};
    options.max_cg_iterations = 0;
    EXPECT_THROW((void)newton_cg(objective, start, options), InvalidArgument);
    EXPECT_THROW((void)newton_cg(objective, {start.v, start.u}), InvalidArgument);
}

}  // namespace
}  // namespace eckart::calculus
