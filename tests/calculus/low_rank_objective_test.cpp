#include "eckart/calculus/low_rank_objective.hpp"

#include <gtest/gtest.h>

#include <Eigen/Eigenvalues>
#include <Eigen/SVD>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "eckart/calculus/derivative_check.hpp"
#include "eckart/core/error.hpp"
#include "error_message.hpp"
#include "random_matrix.hpp"

namespace eckart::calculus {
namespace {

using test::random_matrix;

/// A problem and a point, with or without a weight.
struct Problem {
    std::string name;
    MatrixD x;
    VectorD d;
    MatrixD c;  ///< empty: none
    Factors at;

    [[nodiscard]] LowRankObjective objective() const {
        return c.size() == 0 ? LowRankObjective(x, d) : LowRankObjective(x, d, c);
    }
    [[nodiscard]] Factors factors(const VectorD& vector) const {
        return to_factors(vector, x.rows(), d.size(), x.cols());
    }
    /// (UDV - X), then C: the definitions, by Eigen's plain products.
    [[nodiscard]] MatrixD residual() const { return at.u * d.asDiagonal() * at.v - x; }
    [[nodiscard]] MatrixD weight() const { return c.size() == 0 ? MatrixD::Identity(x.cols(), x.cols()) : c; }
};

std::vector<Problem> problems() {
    Rng rng(21);
    std::vector<Problem> all;
    struct Shape {
        Eigen::Index n, k, p;
    };
    for (const Shape s : {Shape{1, 1, 1}, Shape{1, 1, 9}, Shape{9, 1, 1}, Shape{5, 5, 5}, Shape{12, 3, 7},
                          Shape{7, 4, 12}, Shape{530, 2, 3}, Shape{3, 2, 530}}) {
        Problem plain{std::to_string(s.n) + " x " + std::to_string(s.p) + " rank " + std::to_string(s.k),
                      random_matrix<double>(s.n, s.p, rng),
                      random_matrix<double>(s.k, 1, rng),
                      {},
                      {random_matrix<double>(s.n, s.k, rng), random_matrix<double>(s.k, s.p, rng)}};
        all.push_back(plain);
        if (s.p > 100) continue;
        Problem weighted = plain;
        weighted.name += " weighted";
        const MatrixD samples = random_matrix<double>(s.p + 3, s.p, rng);
        weighted.c = samples.transpose() * samples;
        all.push_back(weighted);
        // Fewer samples than inputs: the usual case in calibration.
        const MatrixD few = random_matrix<double>((s.p + 1) / 2, s.p, rng);
        weighted.c = few.transpose() * few;
        weighted.name += " by a singular matrix";
        all.push_back(weighted);
    }
    Problem zeros = all[12];
    zeros.name = "d with zeros and signs";
    zeros.d.setZero();
    zeros.d[0] = -2;
    all.push_back(zeros);
    return all;
}

double tolerance(const Problem& problem) {
    const auto dims = static_cast<double>(problem.x.rows() + problem.x.cols());
    return 4 * dims * std::numeric_limits<double>::epsilon();
}

TEST(LowRankObjective, ValueEqualsItsDefinition) {
    for (const Problem& problem : problems()) {
        const MatrixD residual = problem.residual();
        const double expected = (residual * problem.weight() * residual.transpose()).trace() / 2;
        const LowRankObjective objective = problem.objective();
        const double scale = expected + objective.whitened_x().squaredNorm();
        EXPECT_NEAR(objective.value(problem.at), expected, tolerance(problem) * scale) << problem.name;
        EXPECT_NEAR(objective.value_and_gradient(problem.at).value, expected, tolerance(problem) * scale);
        Problem twin = problem;
        twin.at.u(0, 0) += 1e-6 * (1 + std::abs(twin.at.u(0, 0)));
        EXPECT_GT(std::abs(objective.value(twin.at) - expected), tolerance(problem) * scale) << problem.name;
    }
}

TEST(LowRankObjective, GradientEqualsItsFormula) {
    for (const Problem& problem : problems()) {
        const LowRankObjective objective = problem.objective();
        const MatrixD rc = problem.residual() * problem.weight();
        const auto d = problem.d.asDiagonal();
        const VectorD expected =
            to_vector({rc * problem.at.v.transpose() * d, d * problem.at.u.transpose() * rc});
        const double scale = rc.norm() * (problem.at.u.norm() + problem.at.v.norm()) * problem.d.norm();
        const VectorD one = to_vector(objective.gradient(problem.at));
        const VectorD other = to_vector(objective.value_and_gradient(problem.at).gradient);
        EXPECT_LE((one - expected).norm(), tolerance(problem) * scale) << problem.name;
        EXPECT_LE((other - expected).norm(), tolerance(problem) * scale) << problem.name;
        EXPECT_GT((1.0001 * one - expected).norm(), tolerance(problem) * scale) << problem.name;
    }
}

TEST(LowRankObjective, DerivativesPassTheCheckAndWrongOnesFail) {
    for (const Problem& problem : problems()) {
        const LowRankObjective objective = problem.objective();
        const VectorD x = to_vector(problem.at);
        const auto value = [&](const VectorD& y) { return objective.value(problem.factors(y)); };
        const auto gradient = [&](const VectorD& y) {
            return to_vector(objective.gradient(problem.factors(y)));
        };
        const auto hessian = [&](const VectorD& y, const VectorD& v) {
            return to_vector(LowRankHessian(objective, problem.factors(y)).times(problem.factors(v)));
        };
        const DerivativeCheck first = check_gradient(value, gradient, x);
        EXPECT_TRUE(first.passed) << problem.name << ": " << first.failure;
        const DerivativeCheck second = check_hessian(gradient, hessian, x);
        EXPECT_TRUE(second.passed) << problem.name << ": " << second.failure;

        // Without D in front, and without the term of the residual (Gauss and Newton's Hessian).
        const auto no_d = [&](const VectorD& y) {
            Factors g = objective.gradient(problem.factors(y));
            g.v *= 1.001;
            return to_vector(g);
        };
        EXPECT_FALSE(check_gradient(value, no_d, x).passed) << problem.name;
        const auto gauss_newton = [&](const VectorD& y, const VectorD& v) {
            const Factors at = problem.factors(y);
            const Factors dir = problem.factors(v);
            const auto d = problem.d.asDiagonal();
            const MatrixD dr = (dir.u * d * at.v + at.u * d * dir.v) * problem.weight();
            return to_vector({dr * at.v.transpose() * d, d * at.u.transpose() * dr});
        };
        EXPECT_FALSE(check_hessian(gradient, gauss_newton, x).passed) << problem.name;
    }
}

TEST(LowRankHessian, BlocksEqualTheirFormulas) {
    Rng rng(5);
    for (const Problem& problem : problems()) {
        const LowRankObjective objective = problem.objective();
        const LowRankHessian hessian(objective, problem.at);
        const Eigen::Index k = problem.d.size();
        const MatrixD p = random_matrix<double>(problem.x.rows(), k, rng);
        const MatrixD q = random_matrix<double>(k, problem.x.cols(), rng);
        const MatrixD& u = problem.at.u;
        const MatrixD& v = problem.at.v;
        const MatrixD c = problem.weight();
        const MatrixD r = problem.residual();
        const auto d = problem.d.asDiagonal();
        const Factors column_u{p * d * v * c * v.transpose() * d,
                               d * u.transpose() * p * d * v * c + d * p.transpose() * r * c};
        const Factors column_v{u * d * q * c * v.transpose() * d + r * c * q.transpose() * d,
                               d * u.transpose() * u * d * q * c};
        const auto expect_equal = [&](const Factors& actual, const Factors& expected, const char* name) {
            const VectorD right = to_vector(expected);
            EXPECT_LE((to_vector(actual) - right).norm(), 30 * tolerance(problem) * right.norm())
                << problem.name << " " << name;
        };
        expect_equal(hessian.times({p, MatrixD::Zero(k, problem.x.cols())}), column_u, "H_UU, H_VU");
        expect_equal(hessian.times({MatrixD::Zero(problem.x.rows(), k), q}), column_v, "H_UV, H_VV");
    }
}

TEST(LowRankHessian, MatrixEqualsTheOperatorAndIsSymmetric) {
    for (const Problem& problem : problems()) {
        const LowRankObjective objective = problem.objective();
        const LowRankHessian hessian(objective, problem.at);
        const MatrixD matrix = hessian.matrix();
        const double scale = matrix.norm();
        EXPECT_LE((matrix - matrix.transpose()).norm(), tolerance(problem) * scale) << problem.name;
        Rng rng(6);
        for (int i = 0; i < 3; ++i) {
            const VectorD v = random_matrix<double>(matrix.rows(), 1, rng);
            const VectorD product = to_vector(hessian.times(problem.factors(v)));
            EXPECT_LE((matrix * v - product).norm(), tolerance(problem) * scale * v.norm()) << problem.name;
            // Column by column instead of row by row is another order of the vector.
            if (problem.d.size() < 2) continue;
            const MatrixD swapped = problem.factors(v).u;
            VectorD wrong = v;
            Eigen::Map<Eigen::MatrixXd>(wrong.data(), swapped.rows(), swapped.cols()) = swapped;
            if (problem.x.rows() > 1) {
                EXPECT_GT((matrix * wrong - product).norm(), tolerance(problem) * scale * v.norm());
            }
        }
    }
}

TEST(LowRankHessian, IsPositiveSemidefiniteAtTheOptimumWithTheGaugeAsKernel) {
    Rng rng(8);
    const MatrixD x = random_matrix<double>(6, 5, rng);
    const Eigen::JacobiSVD<Eigen::MatrixXd> svd(x, Eigen::ComputeThinU | Eigen::ComputeThinV);
    const Eigen::Index k = 2;
    const Factors best{svd.matrixU().leftCols(k), svd.matrixV().leftCols(k).transpose()};
    const LowRankObjective objective(x, svd.singularValues().head(k));
    const auto cut = svd.singularValues().tail(3).squaredNorm();
    EXPECT_NEAR(objective.value(best), cut / 2, 1e-13);
    EXPECT_LE(to_vector(objective.gradient(best)).norm(), 1e-13);
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> eigen(LowRankHessian(objective, best).matrix());
    // U G D^-1 ... : k^2 directions leave the product as it is; all others go up.
    EXPECT_NEAR(eigen.eigenvalues()[0], 0, 1e-13);
    EXPECT_NEAR(eigen.eigenvalues()[k * k - 1], 0, 1e-13);
    EXPECT_GT(eigen.eigenvalues()[k * k], 1e-3);
}

TEST(LowRankObjective, KeepsItsDigitsWhereTheResidualIsTiny) {
    Rng rng(9);
    const Factors at{random_matrix<double>(40, 3, rng), random_matrix<double>(3, 30, rng)};
    const MatrixD noise = 1e-6 * random_matrix<double>(40, 30, rng);
    const MatrixD x = at.u * at.v + noise;
    const double expected = (x - at.u * at.v).squaredNorm() / 2;
    EXPECT_NEAR(LowRankObjective(x, VectorD::Ones(3)).value(at) / expected, 1, 1e-7);
    // The expanded square loses all of them.
    const double expanded =
        (x.squaredNorm() - 2 * (x.cwiseProduct(at.u * at.v)).sum() + (at.u * at.v).squaredNorm()) / 2;
    EXPECT_GT(std::abs(expanded / expected - 1), 1e-7);
}

TEST(LowRankObjective, UnwhitenInvertsWhitenOnTheRowSpace) {
    Rng rng(10);
    const MatrixD few = random_matrix<double>(3, 8, rng);
    const LowRankObjective objective(random_matrix<double>(5, 8, rng), VectorD::Ones(2),
                                     few.transpose() * few);
    const MatrixD v = random_matrix<double>(2, 3, rng) * few;
    EXPECT_LE((objective.unwhiten(objective.whiten(v)) - v).norm(), 1e-12 * v.norm());
}

TEST(Factors, VectorsAreRowByRow) {
    Factors factors{MatrixD(2, 2), MatrixD(2, 1)};
    factors.u << 1, 2, 3, 4;
    factors.v << 5, 6;
    const VectorD vector = to_vector(factors);
    ASSERT_EQ(vector.size(), 6);
    for (Eigen::Index i = 0; i < 6; ++i) EXPECT_EQ(vector[i], static_cast<double>(i + 1));
    const Factors back = to_factors(vector, 2, 2, 1);
    EXPECT_EQ(back.u, factors.u);
    EXPECT_EQ(back.v, factors.v);
    EXPECT_EQ(inner_product(factors, factors), 91);
    EXPECT_THROW((void)to_factors(vector, 2, 2, 2), InvalidArgument);
}

TEST(LowRankObjective, RefusesBadInputWithItsValues) {
    const MatrixD x = MatrixD::Ones(4, 3);
    const auto contains = [](const std::string& text, const std::string& part) {
        EXPECT_NE(text.find(part), std::string::npos) << text;
    };
    contains(test::message_of<Error>([&] { LowRankObjective(x, VectorD::Ones(4)); }), "k = 4");
    contains(test::message_of<Error>([&] { LowRankObjective(x, VectorD()); }), "1 .. 3");
    contains(test::message_of<Error>([] { LowRankObjective(MatrixD(0, 3), VectorD::Ones(1)); }),
             "(0, 3) is empty");
    MatrixD nan = x;
    nan(1, 1) = std::nan("");
    contains(test::message_of<Error>([&] { LowRankObjective(nan, VectorD::Ones(1)); }), "1 entries are NaN");
    contains(test::message_of<Error>([&] { LowRankObjective(x, VectorD::Constant(1, INFINITY)); }),
             "diagonal of D");
    contains(test::message_of<Error>([&] { LowRankObjective(x, VectorD::Ones(1), MatrixD::Ones(2, 2)); }),
             "(2, 2)");
    MatrixD skew = MatrixD::Identity(3, 3);
    skew(0, 2) = 0.5;
    contains(test::message_of<Error>([&] { LowRankObjective(x, VectorD::Ones(1), skew); }), "not symmetric");
    contains(
        test::message_of<Error>([&] { LowRankObjective(x, VectorD::Ones(1), -MatrixD::Identity(3, 3)); }),
        "not positive semidefinite");
    const LowRankObjective objective(x, VectorD::Ones(2));
    const Factors good{MatrixD::Ones(4, 2), MatrixD::Ones(2, 3)};
    contains(test::message_of<Error>([&] {
                 (void)objective.value({MatrixD::Ones(4, 1), good.v});
             }),
             "(4, 1)");
    contains(test::message_of<Error>([&] {
                 (void)objective.gradient({good.u, MatrixD::Ones(3, 2)});
             }),
             "(3, 2)");
    contains(test::message_of<Error>([&] {
                 (void)objective.value({good.u * INFINITY, good.v});
             }),
             "U (4, 2)");
    contains(test::message_of<Error>([&] {
                 (void)LowRankHessian(objective, good).times({good.v, good.u});
             }),
             "(2, 3)");
    const LowRankObjective large(MatrixD::Ones(3000, 3000), VectorD::Ones(1));
    contains(test::message_of<Error>([&] {
                 (void)LowRankHessian(large, {MatrixD::Ones(3000, 1), MatrixD::Ones(1, 3000)}).matrix();
             }),
             "6000 rows");
}

TEST(LowRankObjective, AZeroWeightGivesZero) {
    const LowRankObjective objective(MatrixD::Ones(4, 3), VectorD::Ones(2), MatrixD::Zero(3, 3));
    const Factors at{MatrixD::Ones(4, 2), MatrixD::Ones(2, 3)};
    EXPECT_EQ(objective.value(at), 0);
    EXPECT_EQ(to_vector(objective.gradient(at)).norm(), 0);
}

}  // namespace
}  // namespace eckart::calculus
