#include <gtest/gtest.h>

#include <Eigen/SVD>
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "eckart/calculus/derivative_check.hpp"
#include "eckart/core/error.hpp"
#include "eckart/linalg/matrix_exponential.hpp"
#include "matrix_exponential_golden.hpp"
#include "random_matrix.hpp"

namespace eckart::linalg {
namespace {

using test::exponential_golden;
using test::ExponentialCase;
using test::random_matrix;
using test::random_of_norm;
using test::relative_error;
using test::roundoff;

/// exp([A E; 0 A]) = [exp(A) L(A, E); 0 exp(A)].
MatrixD derivative_from_blocks(const MatrixD& a, const MatrixD& e) {
    const Eigen::Index n = a.rows();
    MatrixD block = MatrixD::Zero(2 * n, 2 * n);
    block << a, e, MatrixD::Zero(n, n), a;
    return expm<double>(block).topRightCorner(n, n);
}

/// cond(A) from the n^2 x n^2 matrix of L(A, .) itself.
double exact_condition(const MatrixD& a) {
    const Eigen::Index n = a.rows();
    Eigen::MatrixXd kronecker(n * n, n * n);
    for (Eigen::Index k = 0; k < n * n; ++k) {
        MatrixD e = MatrixD::Zero(n, n);
        e.data()[k] = 1;
        const MatrixD l = derivative_from_blocks(a, e);
        kronecker.col(k) = Eigen::Map<const Eigen::VectorXd>(l.data(), n * n);
    }
    const double largest = Eigen::JacobiSVD<Eigen::MatrixXd>(kronecker).singularValues()[0];
    return largest * a.norm() / expm<double>(a).norm();
}

TEST(ExponentialDerivative, FiftyDigitReferences) {
    for (const ExponentialCase& c : exponential_golden()) {
        // The scaling follows |A|_1: badly scaled matrices lose digits, up to what cond(A) allows.
        const Eigen::Index n = c.matrix.rows();
        const double tolerance = 4 * roundoff<double>(n) * std::max(1.0, c.condition);
        if (tolerance > 1e-3) continue;
        const auto result = expm_frechet<double>(c.matrix, MatrixD::Ones(n, n));
        EXPECT_LE(relative_error(result.exponential, c.exponential), tolerance) << c.name;
        EXPECT_LE(relative_error(result.derivative, c.derivative), tolerance) << c.name;
        const MatrixD turned = c.derivative * (1 + 3 * tolerance);
        EXPECT_GT(relative_error(turned, c.derivative), tolerance) << c.name;
    }
}

TEST(ExponentialDerivative, EqualsTheCornerOfTheBlockMatrix) {
    Rng rng(51);
    for (const Eigen::Index n : {1, 2, 3, 8, 33, 70}) {
        for (const double norm : {1e-9, 1e-3, 0.05, 0.2, 0.5, 1.0, 3.0}) {  // every order, with and without s
            const MatrixD a = random_of_norm(n, norm, rng);
            const MatrixD e = random_matrix<double>(n, n, rng);
            const auto result = expm_frechet<double>(a, e);
            const double tolerance = roundoff<double>(n) * (1 + norm);
            EXPECT_LE(relative_error(result.exponential, expm<double>(a)), tolerance) << n << " " << norm;
            const MatrixD expected = derivative_from_blocks(a, e);
            EXPECT_LE(relative_error(result.derivative, expected), tolerance) << n << " " << norm;
            EXPECT_GT(relative_error(result.derivative, derivative_from_blocks(a, e * (1 + 1e-10))),
                      tolerance);
            const auto narrow = expm_frechet<float>(a.cast<float>(), e.cast<float>());
            EXPECT_LE(relative_error(narrow.derivative, expected), roundoff<float>(n) * (1 + norm));
        }
    }
}

TEST(ExponentialDerivative, AgreesWithCentralDifferences) {
    Rng rng(52);
    const Eigen::Index n = 6;
    const auto as_matrix = [](const VectorD& x) { return MatrixD(ConstMatrixView<double>(x.data(), n, n)); };
    const auto as_vector = [](const MatrixD& x) {
        return VectorD(Eigen::Map<const VectorD>(x.data(), x.size()));
    };
    const auto function = [&](const VectorD& x) { return as_vector(expm<double>(as_matrix(x))); };
    const VectorD x = as_vector(random_of_norm(n, 0.8, rng));
    const auto right = [&](const VectorD& at, const VectorD& v) {
        return as_vector(expm_frechet<double>(as_matrix(at), as_matrix(v)).derivative);
    };
    const calculus::DerivativeCheck good = calculus::check_jacobian(function, right, x);
    EXPECT_TRUE(good.passed) << good.failure;
    // Twin: exp(A) E, which would be the derivative if A and E commuted.
    const auto wrong = [&](const VectorD& at, const VectorD& v) {
        return as_vector(expm<double>(as_matrix(at)) * as_matrix(v));
    };
    EXPECT_FALSE(calculus::check_jacobian(function, wrong, x).passed);
}

TEST(ExponentialDerivative, IsLinearAndHasTheTransposeAsAdjoint) {
    Rng rng(53);
    for (const Eigen::Index n : {2, 5, 30}) {
        const MatrixD a = random_of_norm(n, 1.5, rng);
        const MatrixD e = random_matrix<double>(n, n, rng);
        const MatrixD f = random_matrix<double>(n, n, rng);
        const auto l = [](const MatrixD& at, const MatrixD& along) {
            return expm_frechet<double>(at, along).derivative;
        };
        const double tolerance = 4 * roundoff<double>(n);
        EXPECT_LE(relative_error<double>(l(a, e - 2 * f), l(a, e) - 2 * l(a, f)), tolerance);
        const double size = l(a, e).norm() * f.norm();
        EXPECT_LE(std::abs(l(a, e).cwiseProduct(f).sum() - l(a.transpose(), f).cwiseProduct(e).sum()),
                  tolerance * size);
        EXPECT_GT(std::abs(l(a, e).cwiseProduct(f).sum() - l(a, f).cwiseProduct(e).sum()), tolerance * size)
            << "control: without the transpose";
    }
}

TEST(ExponentialCondition, IsJustBelowTheExactNumber) {
    Rng rng(54);
    for (const Eigen::Index n : {1, 2, 4, 6}) {
        for (const double norm : {1e-6, 0.3, 2.0, 8.0}) {
            const MatrixD a = random_of_norm(n, norm, rng);
            const double exact = exact_condition(a);
            EXPECT_LE(expm_condition<double>(a), exact * (1 + 1e-9)) << n << " " << norm;
            EXPECT_GE(expm_condition<double>(a), exact * 0.99) << n << " " << norm;
        }
    }
    for (const ExponentialCase& c : exponential_golden()) {
        if (c.condition > 1e10) continue;  // no digit of which the derivative knows
        EXPECT_LE(expm_condition<double>(c.matrix), c.condition * 1.0001) << c.name;
        EXPECT_GE(expm_condition<double>(c.matrix), c.condition * 0.99) << c.name;
    }
}

TEST(ExponentialCondition, OfNormalMatricesIsTheirNorm) {
    Rng rng(55);
    for (const Eigen::Index n : {3, 25}) {
        const MatrixD g = random_of_norm(n, 1.0, rng);
        const MatrixD symmetric = (g + g.transpose()) / 2;
        // |L| = exp(largest eigenvalue) for a symmetric matrix: the largest divided difference.
        const double top = Eigen::JacobiSVD<Eigen::MatrixXd>(expm<double>(symmetric)).singularValues()[0];
        const double expected = top * symmetric.norm() / expm<double>(symmetric).norm();
        EXPECT_LE(expm_condition<double>(symmetric), expected * (1 + 1e-9));
        EXPECT_GE(expm_condition<double>(symmetric), expected * 0.99);
        // |L| = 1 for a skew one.
        const MatrixD skew = (g - g.transpose()) / 2;
        EXPECT_NEAR(expm_condition<double>(skew), skew.norm() / std::sqrt(static_cast<double>(n)),
                    0.01 * skew.norm());
    }
}

// What the number is for: a relative change of A by d moves exp(A) by no more than cond(A) d, and some do.
TEST(ExponentialCondition, BoundsTheEffectOfAChange) {
    Rng rng(56);
    const double change = 1e-7;
    for (const ExponentialCase& c : exponential_golden()) {
        if (c.condition == 0 || c.condition > 1e5) continue;
        for (int trial = 0; trial < 20; ++trial) {
            MatrixD e = random_matrix<double>(c.matrix.rows(), c.matrix.cols(), rng);
            e *= change * c.matrix.norm() / e.norm();
            const double moved = relative_error<double>(expm<double>(c.matrix + e), c.exponential);
            const double rounding = 4 * roundoff<double>(c.matrix.rows()) * std::max(1.0, c.condition);
            EXPECT_LE(moved, c.condition * change * (1 + 2 * c.condition * change) + rounding) << c.name;
        }
    }
}

TEST(ExponentialDerivative, EdgesAndErrors) {
    EXPECT_EQ(expm_frechet<double>(MatrixD(0, 0), MatrixD(0, 0)).derivative.size(), 0);
    EXPECT_EQ(expm_condition<double>(MatrixD(0, 0)), 0);
    EXPECT_EQ(expm_condition<double>(MatrixD::Zero(3, 3)), 0);
    const MatrixD zero = MatrixD::Zero(2, 2);
    EXPECT_EQ(expm_frechet<double>(zero, MatrixD::Ones(2, 2)).derivative, MatrixD::Ones(2, 2));
    EXPECT_NEAR(expm_condition<float>(MatrixF::Constant(1, 1, -3.0F)), 3, 1e-12);
    MatrixD bad = zero;
    bad(0, 1) = std::numeric_limits<double>::infinity();
    EXPECT_THROW((void)expm_frechet<double>(MatrixD::Zero(2, 3), zero), InvalidArgument);
    EXPECT_THROW((void)expm_frechet<double>(zero, MatrixD::Zero(3, 3)), InvalidArgument);
    EXPECT_THROW((void)expm_frechet<double>(bad, zero), NumericalError);
    EXPECT_THROW((void)expm_frechet<double>(zero, bad), NumericalError);
    EXPECT_THROW((void)expm_frechet<double>(MatrixD::Constant(2, 2, 1e5), zero), NumericalError);
    EXPECT_THROW((void)expm_condition<double>(MatrixD::Constant(2, 2, 1e5)), NumericalError);
    EXPECT_THROW((void)expm_condition<double>(MatrixD(-1e5 * MatrixD::Identity(2, 2))), NumericalError);
}

}  // namespace
}  // namespace eckart::linalg
