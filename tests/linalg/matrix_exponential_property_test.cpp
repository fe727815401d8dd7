#include <gtest/gtest.h>

#include <Eigen/LU>
#include <cmath>
#include <vector>

#include "eckart/linalg/matrix_exponential.hpp"
#include "matrix_exponential_golden.hpp"
#include "random_matrix.hpp"

namespace eckart::linalg {
namespace {

using test::orthogonality_error;
using test::random_matrix;
using test::random_of_norm;
using test::random_orthogonal;
using test::relative_error;
using test::roundoff;

const std::vector<Eigen::Index> kSizes{1, 2, 3, 7, 20, 64, 65, 90};

/// Q diag(d) Zt with d between 1 and `condition`.
MatrixD well_conditioned(Eigen::Index n, double condition, Rng& rng) {
    VectorD d(n);
    for (Eigen::Index i = 0; i < n; ++i) d[i] = rng.uniform(1, condition);
    return random_orthogonal(n, rng) * d.asDiagonal() * random_orthogonal(n, rng).transpose();
}

TEST(MatrixExponentialProperty, SimilarMatricesHaveSimilarExponentials) {
    Rng rng(41);
    for (const Eigen::Index n : kSizes) {
        for (const double norm : {0.01, 0.5, 3.0}) {
            const double condition = 5;
            const MatrixD s = well_conditioned(n, condition, rng);
            const MatrixD inverse = s.inverse();
            const MatrixD a = random_of_norm(n, norm, rng);
            const MatrixD left = expm<double>(inverse * a * s);
            const MatrixD right = inverse * expm<double>(a) * s;
            // Forming S^-1 A S moves A by cond(S) n eps |A|, which cond(A) ~ |A| exp(|A|) at most passes on.
            const double tolerance = roundoff<double>(n) * condition * condition * (1 + norm);
            EXPECT_LE(relative_error(left, right), tolerance) << n << " " << norm;
            const MatrixD other = inverse * expm<double>(a * (1 + 1e-6)) * s;
            EXPECT_GT(relative_error(left, other), tolerance) << "control " << n << " " << norm;
        }
    }
}

TEST(MatrixExponentialProperty, DiagonalMatricesEntryByEntry) {
    Rng rng(42);
    for (const Eigen::Index n : kSizes) {
        VectorD d(n);
        for (Eigen::Index i = 0; i < n; ++i) d[i] = rng.uniform(-300, 300);
        const MatrixD a = d.asDiagonal();
        const MatrixD expected = d.array().exp().matrix().asDiagonal();
        const MatrixD x = expm<double>(a);
        for (Eigen::Index i = 0; i < n; ++i) EXPECT_EQ(x(i, i), std::exp(d[i]));
        EXPECT_EQ(MatrixD(x - expected).norm(), 0);
        const MatrixD s = expm_symmetric<double>(a);
        EXPECT_LE(relative_error(s, expected), 300 * roundoff<double>(n));
    }
}

TEST(MatrixExponentialProperty, TheDeterminantIsTheExponentialOfTheTrace) {
    Rng rng(43);
    for (const Eigen::Index n : kSizes) {
        const MatrixD a = random_of_norm(n, 0.5, rng);
        const double ratio = expm<double>(a).determinant() / std::exp(a.trace());
        const double tolerance = 20 * roundoff<double>(n);
        EXPECT_NEAR(ratio, 1, tolerance) << n;
        EXPECT_GT(std::abs(expm<double>(a).determinant() / std::exp(a.trace() + 1e-10) - 1), tolerance);
    }
}

TEST(MatrixExponentialProperty, TheExponentialOfMinusAIsTheInverse) {
    Rng rng(44);
    for (const Eigen::Index n : kSizes) {
        for (const double norm : {1e-8, 0.1, 1.0, 2.0}) {
            const MatrixD a = random_of_norm(n, norm, rng);
            const MatrixD forward = expm<double>(a);
            const MatrixD backward = expm<double>(-a);
            const double tolerance = roundoff<double>(n) * forward.norm() * backward.norm();
            EXPECT_LE((forward * backward - MatrixD::Identity(n, n)).norm(), tolerance) << n << " " << norm;
            EXPECT_GT((forward * forward - MatrixD::Identity(n, n)).norm(), tolerance) << "control";
        }
    }
}

TEST(MatrixExponentialProperty, SymmetricMatricesAgreeWithTheGeneralPathAndStaySymmetric) {
    Rng rng(45);
    for (const Eigen::Index n : kSizes) {
        for (const double norm : {0.0, 1e-6, 1.0, 30.0}) {
            const MatrixD g = random_of_norm(n, norm, rng);
            const MatrixD a = (g + g.transpose()) / 2;
            const MatrixD x = expm_symmetric<double>(a);
            EXPECT_EQ(x, MatrixD(x.transpose()));
            const double tolerance = roundoff<double>(n) * (1 + 2 * norm);
            EXPECT_LE(relative_error(x, expm<double>(a)), tolerance) << n << " " << norm;
            EXPECT_GT(relative_error(x, expm<double>(a + 1e-10 * MatrixD::Identity(n, n))), tolerance);
            const MatrixF narrow = a.cast<float>();
            EXPECT_LE(relative_error(expm_symmetric<float>(narrow), expm<double>(narrow.cast<double>())),
                      roundoff<float>(n) * (1 + 2 * norm))
                << n << " " << norm;
        }
    }
}

template <class T>
void expect_rotations() {
    Rng rng(46);
    for (const Eigen::Index n : kSizes) {
        for (const double norm : {0.0, 1e-8, 1e-3, 0.5, 4.0, 60.0, 1e4}) {
            const MatrixD g = random_of_norm(n, norm, rng);
            const Matrix<T> a = ((g - g.transpose()) / 2).template cast<T>();
            const Matrix<T> q = expm_skew<T>(a);
            const double tolerance = roundoff<T>(n);
            EXPECT_LE(orthogonality_error(q), tolerance) << n << " " << norm;
            // exp of a skew matrix has the relative condition number |A|.
            const MatrixD general = expm<double>(a.template cast<double>());
            EXPECT_LE(relative_error(q, general), tolerance * (1 + norm)) << n << " " << norm;
            Matrix<T> spoiled = q;
            spoiled(0, 0) += static_cast<T>(2 * tolerance);
            spoiled(n - 1, 0) += static_cast<T>(2 * tolerance);
            EXPECT_GT(orthogonality_error(spoiled), tolerance) << "control " << n << " " << norm;
        }
    }
}

TEST(MatrixExponentialProperty, SkewMatricesGiveRotationsWhateverTheirNorm) {
    expect_rotations<double>();
    expect_rotations<float>();
}

// The last step of expm_skew() is needed: what squaring leaves is not orthogonal to the same tolerance.
TEST(MatrixExponentialProperty, TheGeneralPathLosesOrthogonality) {
    Rng rng(47);
    const MatrixD g = random_of_norm(40, 1e4, rng);
    const MatrixD a = (g - g.transpose()) / 2;
    EXPECT_GT(orthogonality_error(expm<double>(a)), roundoff<double>(40));
}

TEST(MatrixExponentialProperty, TransposesAndTriangles) {
    Rng rng(48);
    for (const Eigen::Index n : kSizes) {
        const MatrixD a = random_of_norm(n, 1.5, rng);
        EXPECT_LE(relative_error(expm<double>(a.transpose()), expm<double>(a).transpose()),
                  4 * roundoff<double>(n));
        MatrixD upper = a.triangularView<Eigen::Upper>();
        upper.diagonal() *= 20;
        const MatrixD x = expm<double>(upper);
        EXPECT_EQ(expm<double>(upper.transpose()), MatrixD(x.transpose()));
        EXPECT_TRUE(x.isUpperTriangular(0));
        // In another order of the basis the matrix is not triangular, and takes the general path.
        MatrixD turned = upper.reverse().eval();
        if (n > 1) turned.row(0).swap(turned.row(n - 1)), turned.col(0).swap(turned.col(n - 1));
        MatrixD back = expm<double>(turned);
        if (n > 1) back.row(0).swap(back.row(n - 1)), back.col(0).swap(back.col(n - 1));
        EXPECT_LE(relative_error(MatrixD(back.reverse()), x), 100 * roundoff<double>(n)) << n;
    }
}

}  // namespace
}  // namespace eckart::linalg
