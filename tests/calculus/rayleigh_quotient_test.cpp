#include "eckart/calculus/rayleigh_quotient.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "eckart/calculus/derivative_check.hpp"
#include "eckart/core/error.hpp"
#include "eckart/linalg/symmetric_eigen.hpp"
#include "eigen_problems.hpp"
#include "epsilon.hpp"
#include "error_message.hpp"

namespace eckart::calculus {
namespace {

using test::eigen_problems;
using test::expect_words;
using test::kEps;
using test::message_of;
using test::random_matrix;
using test::random_vector;

MatrixD random_symmetric(Eigen::Index n, Rng& rng) {
    const auto half = random_matrix<double>(n, n, rng);
    return half + half.transpose();
}

ScalarFunction value_of(const RayleighQuotient& r) {
    return [&r](const VectorD& x) { return r.value(x); };
}

VectorFunction gradient_of(const RayleighQuotient& r) {
    return [&r](const VectorD& x) { return r.gradient(x); };
}

TEST(RayleighQuotient, ByHand) {
    const RayleighQuotient r((MatrixD(2, 2) << 1, 2, 2, 5).finished());
    const VectorD x = (VectorD(2) << 1, 2).finished();
    // (A x, x) = 1 + 2 2 2 + 5 4 = 29, (x, x) = 5, A x = (5, 12).
    EXPECT_NEAR(r.value(x), 29.0 / 5, 8 * kEps);
    const VectorD g = 2.0 / 5 * ((VectorD(2) << 5, 12).finished() - 29.0 / 5 * x);
    EXPECT_LE((r.gradient(x) - g).norm(), 32 * kEps);
    EXPECT_EQ(r.size(), 2);
}

TEST(RayleighQuotient, DerivativesPassTheCheck) {
    Rng rng(61);
    for (const Eigen::Index n : {2, 3, 7, 30}) {
        for (const double size : {0.5, 1.0, 40.0}) {
            const RayleighQuotient r(random_symmetric(n, rng));
            const VectorD x = size * random_vector(n, rng);
            const DerivativeCheck gradient = check_gradient(value_of(r), gradient_of(r), x);
            EXPECT_TRUE(gradient.passed) << n << " " << size << ": " << gradient.failure;
            const DerivativeCheck hessian = check_hessian(
                gradient_of(r), [&](const VectorD& y, const VectorD& v) { return r.hessian_vector(y, v); },
                x);
            EXPECT_TRUE(hessian.passed) << n << " " << size << ": " << hessian.failure;
        }
    }
}

// The same checks on what one gets by leaving out a term or a factor.
TEST(RayleighQuotient, WrongDerivativesFailTheCheck) {
    Rng rng(62);
    const MatrixD a = random_symmetric(6, rng);
    const RayleighQuotient r(a);
    const VectorD x = random_vector(6, rng);
    const std::vector<VectorFunction> gradients = {
        [&](const VectorD& y) -> VectorD { return r.gradient(y) / 2; },
        [&](const VectorD& y) -> VectorD { return 2 / y.squaredNorm() * (a * y); },
        [&](const VectorD& y) -> VectorD { return 2 * (a * y - r.value(y) * y); },
        [&](const VectorD& y) -> VectorD { return -r.gradient(y); },
    };
    for (std::size_t i = 0; i < gradients.size(); ++i) {
        EXPECT_FALSE(check_gradient(value_of(r), gradients[i], x).passed) << i;
    }
    const auto shifted = [&](const VectorD& y, const VectorD& v) -> VectorD {
        return a * v - r.value(y) * v;
    };
    const std::vector<DirectionalDerivative> hessians = {
        [&](const VectorD& y, const VectorD& v) -> VectorD {  // as if at a critical point
            return 2 / y.squaredNorm() * shifted(y, v);
        },
        [&](const VectorD& y, const VectorD& v) -> VectorD {  // without x gt: not symmetric
            return 2 / y.squaredNorm() * (shifted(y, v) - r.gradient(y) * y.dot(v));
        },
        [&](const VectorD& y, const VectorD& v) -> VectorD {  // twice the mixed terms
            const VectorD g = r.gradient(y);
            return 2 / y.squaredNorm() * (shifted(y, v) - 2 * g * y.dot(v) - 2 * y * g.dot(v));
        },
        [&](const VectorD& y, const VectorD& v) -> VectorD { return -r.hessian_vector(y, v); },
    };
    for (std::size_t i = 0; i < hessians.size(); ++i) {
        EXPECT_FALSE(check_hessian(gradient_of(r), hessians[i], x).passed) << i;
    }
}

TEST(RayleighQuotient, TheExplicitHessianIsTheOperator) {
    Rng rng(63);
    for (const Eigen::Index n : {1, 2, 5, 24}) {
        const MatrixD a = random_symmetric(n, rng);
        const RayleighQuotient of_matrix(a);
        const RayleighQuotient of_operator(matrix_operator(a));
        const VectorD x = random_vector(n, rng);
        const MatrixD h = of_matrix.hessian(x);
        const double tolerance = 16 * static_cast<double>(n) * kEps * (1 + h.norm());
        EXPECT_EQ(h, MatrixD(h.transpose())) << n;
        EXPECT_LE((h - of_operator.hessian(x)).norm(), tolerance) << n;
        const LinearOperator operation = of_matrix.hessian_operator(x);
        EXPECT_EQ(operation.size, n);
        EXPECT_LE((h - operation.apply(MatrixD::Identity(n, n))).norm(), tolerance) << n;
        const VectorD v = random_vector(n, rng);
        const VectorD hv = of_operator.hessian_vector(x, v);
        EXPECT_LE((h * v - hv).norm(), tolerance * v.norm()) << n;
        // The formula without its mixed terms is no neighbor of it.
        const VectorD truncated = 2 / x.squaredNorm() * (a * v - of_matrix.value(x) * v);
        if (n > 1) {
            EXPECT_GT((truncated - hv).norm(), tolerance * v.norm()) << n;
        }
    }
}

TEST(RayleighQuotient, EigenvectorsAreCriticalPointsAndTheValuesAreEigenvalues) {
    Rng rng(64);
    for (const Eigen::Index n : {1, 2, 9, 30}) {
        for (const auto& problem : eigen_problems(n, rng)) {
            const RayleighQuotient r(problem.a);
            const auto eigen = linalg::symmetric_eigen(problem.a);
            const double norm = eigen.values.cwiseAbs().maxCoeff();
            const double tolerance = 16 * static_cast<double>(n) * kEps * norm;
            for (Eigen::Index i = 0; i < n; ++i) {
                const RayleighPoint point = r.evaluate(eigen.vectors.col(i));
                EXPECT_LE(std::abs(point.value - eigen.values[i]), tolerance) << problem.name;
                EXPECT_LE(point.gradient.stableNorm(), tolerance) << problem.name;
                // Between two eigenvectors of different values x is none, and the gradient says so:
                // |g| = |difference of the values|.
                const double gap = eigen.values[i] - eigen.values[0];
                const VectorD between = (eigen.vectors.col(i) + eigen.vectors.col(0)) / std::sqrt(2.0);
                if (gap > 100 * tolerance) {
                    EXPECT_NEAR(r.gradient(between).stableNorm() / gap, 1, 0.1) << problem.name;
                }
            }
        }
    }
}

TEST(RayleighQuotient, WhereTheGradientIsSmallAnEigenvalueIsNear) {
    Rng rng(65);
    const MatrixD a = random_symmetric(20, rng);
    const RayleighQuotient r(a);
    const auto eigen = linalg::symmetric_eigen(a);
    for (const double distance : {1.0, 1e-2, 1e-4, 1e-6}) {
        for (Eigen::Index i = 0; i < 20; ++i) {
            const VectorD x = eigen.vectors.col(i) + distance * random_vector(20, rng);
            const RayleighPoint point = r.evaluate(x);
            // |A x - R x| = |g| (x, x) / 2; an eigenvalue is at most |A x - R x| / |x| away.
            const double bound = point.gradient.norm() * x.norm() / 2;
            const double nearest = (eigen.values.array() - point.value).abs().minCoeff();
            EXPECT_LE(nearest, bound * (1 + 1e-10)) << distance;
            // And the value is far better than its vector.
            if (distance <= 1e-4) {
                EXPECT_LE(nearest, 1e3 * distance * distance * a.norm()) << distance;
            }
        }
    }
}

TEST(RayleighQuotient, TheHessianAtTheIthEigenvectorHasIMinusOneDescents) {
    Rng rng(66);
    const MatrixD a = test::with_eigenvalues(VectorD::LinSpaced(8, -3, 4), rng);
    const auto eigen = linalg::symmetric_eigen(a);
    const RayleighQuotient r(a);
    for (Eigen::Index i = 0; i < 8; ++i) {
        const VectorD curvature = linalg::symmetric_eigen(r.hessian(eigen.vectors.col(i))).values;
        EXPECT_EQ((curvature.array() < -1).count(), i);
        EXPECT_EQ((curvature.array() > 1).count(), 7 - i);  // and 0 along x itself
        for (Eigen::Index j = 0; j < 8; ++j) {
            EXPECT_NEAR(curvature[j], 2 * (eigen.values[j] - eigen.values[i]), 1e-12);
        }
    }
}

TEST(RayleighQuotient, IsConstantAlongRays) {
    Rng rng(67);
    for (const Eigen::Index n : {1, 2, 11}) {
        const RayleighQuotient r(random_symmetric(n, rng));
        const VectorD x = random_vector(n, rng);
        const VectorD v = random_vector(n, rng);
        const RayleighPoint point = r.evaluate(x);
        const VectorD hv = r.hessian_vector(x, v);
        const double size = std::abs(point.value) + point.gradient.norm() * x.norm();
        const double tolerance = 32 * static_cast<double>(n) * kEps * (size + 1);
        for (const double c : {-1.0, 3.0, 0.7, -1e5, 1e-5, 1e-100, 1e100}) {
            const RayleighPoint scaled = r.evaluate(c * x);
            EXPECT_NEAR(scaled.value, point.value, tolerance) << c;
            EXPECT_LE((c * scaled.gradient - point.gradient).norm(), tolerance / x.norm()) << c;
            EXPECT_LE((c * (c * r.hessian_vector(c * x, v)) - hv).norm(),
                      tolerance * v.norm() / x.squaredNorm())
                << c;
        }
        // Powers of two change no digit.
        EXPECT_EQ(r.value(std::ldexp(1.0, -900) * x), point.value);
        EXPECT_EQ(r.value(std::ldexp(1.0, 900) * x), point.value);
        // Control: another point has another value.
        if (n > 1) {
            EXPECT_GT(std::abs(r.value(x + 0.01 * v) - point.value), tolerance);
        }
        // What follows from R(c x) = R(x) by differentiation.
        EXPECT_NEAR(point.gradient.dot(x), 0, tolerance);
        EXPECT_LE((r.hessian_vector(x, x) + point.gradient).norm(), tolerance / x.norm());
        EXPECT_LE((r.hessian(x) * x + point.gradient).norm(), tolerance / x.norm());
        if (n > 1) {
            EXPECT_GT((r.hessian(x) * x - point.gradient).norm(), tolerance / x.norm());
        }
    }
}

TEST(RayleighQuotient, StaysBetweenTheExtremeEigenvalues) {
    Rng rng(68);
    for (const auto& problem : eigen_problems(13, rng)) {
        const RayleighQuotient r(problem.a);
        const VectorD values = linalg::symmetric_eigen(problem.a).values;
        const double slack = 16 * 13 * kEps * values.cwiseAbs().maxCoeff();
        for (int trial = 0; trial < 20; ++trial) {
            const double value = r.value(random_vector(13, rng));
            EXPECT_GE(value, values[0] - slack) << problem.name;
            EXPECT_LE(value, values[12] + slack) << problem.name;
        }
    }
}

TEST(RayleighQuotient, AppliesTheOperatorAsOftenAsStated) {
    int calls = 0;
    Eigen::Index columns = 0;
    const RayleighQuotient r(LinearOperator{5, [&](const MatrixD& x) -> MatrixD {
                                                ++calls;
                                                columns += x.cols();
                                                return 2 * x;
                                            }});
    const VectorD x = VectorD::LinSpaced(5, 1, 2);
    (void)r.evaluate(x);
    EXPECT_EQ(calls, 1);
    EXPECT_EQ(columns, 1);
    (void)r.hessian_vector(x, VectorD::Ones(5));
    EXPECT_EQ(calls, 2);
    EXPECT_EQ(columns, 3);
    const LinearOperator h = r.hessian_operator(x);
    (void)h.apply(MatrixD::Ones(5, 4));
    (void)h.apply(MatrixD::Ones(5, 4));
    EXPECT_EQ(calls, 5);
    EXPECT_EQ(columns, 3 + 1 + 8);
}

TEST(RayleighQuotient, ErrorsNameWhatIsWrong) {
    const RayleighQuotient r(MatrixD::Identity(3, 3));
    const VectorD ones = VectorD::Ones(3);
    VectorD bad = ones;
    bad[1] = std::numeric_limits<double>::quiet_NaN();
    expect_words(message_of<InvalidArgument>([&] { (void)r.value(VectorD::Zero(3)); }), {"x (3)", "zero"});
    expect_words(message_of<InvalidArgument>([&] { (void)r.evaluate(VectorD::Ones(4)); }), {"4", "3"});
    expect_words(message_of<NumericalError>([&] { (void)r.gradient(bad); }), {"x (3)", "nan at 1"});
    expect_words(message_of<InvalidArgument>([&] { (void)r.hessian_vector(ones, VectorD::Ones(2)); }),
                 {"v has 2", "3"});
    expect_words(message_of<NumericalError>([&] { (void)r.hessian_vector(ones, bad); }), {"v (3)", "nan"});
    expect_words(message_of<InvalidArgument>([&] { (void)r.hessian(VectorD::Zero(3)); }), {"zero"});
    expect_words(
        message_of<InvalidArgument>([&] { (void)r.hessian_operator(ones).apply(MatrixD::Ones(2, 2)); }),
        {"(2, 2)", "3"});
    EXPECT_EQ(r.hessian_vector(ones, VectorD::Zero(3)), VectorD::Zero(3));
}

TEST(RayleighQuotient, RefusesWhatIsNoSymmetricOperator) {
    MatrixD a = MatrixD::Identity(3, 3);
    a(0, 2) = 1e-6;
    expect_words(message_of<InvalidArgument>([&] { RayleighQuotient{a}; }), {"(3, 3)", "not symmetric"});
    EXPECT_NO_THROW((RayleighQuotient{a, 1e-5}));
    a(0, 2) = std::numeric_limits<double>::infinity();
    expect_words(message_of<NumericalError>([&] { RayleighQuotient{a}; }), {"(3, 3)"});
    expect_words(message_of<InvalidArgument>([] { RayleighQuotient{MatrixD(2, 3)}; }), {"(2, 3)"});
    expect_words(message_of<InvalidArgument>([] { RayleighQuotient{MatrixD(0, 0)}; }), {"size 0"});
    expect_words(message_of<InvalidArgument>([] {
                     RayleighQuotient{LinearOperator{4, {}}};
                 }),
                 {"size 4", "no function"});
    const RayleighQuotient overflow(LinearOperator{2, [](const MatrixD& x) -> MatrixD { return x / 0.0; }});
    expect_words(message_of<NumericalError>([&] { (void)overflow.value(VectorD::Ones(2)); }), {"(2, 1)"});
    const RayleighQuotient misshapen(
        LinearOperator{2, [](const MatrixD& x) -> MatrixD { return x.transpose(); }});
    expect_words(message_of<InvalidArgument>([&] { (void)misshapen.value(VectorD::Ones(2)); }),
                 {"(1, 2)", "(2, 1)"});
}

}  // namespace
}  // namespace eckart::calculus
