#include "eckart/linalg/symmetric_solve.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "eckart/core/error.hpp"
#include "error_message.hpp"
#include "random_matrix.hpp"

namespace eckart::linalg {
namespace {

using test::random_matrix;

/// |B - A Y|_F / (|A|_F |Y|_F): the backward error, which does not grow with the condition of A.
template <class T>
double backward_error(const Matrix<T>& a, const Matrix<T>& y, const Matrix<T>& b) {
    const MatrixD wide_a = a.template cast<double>();
    const MatrixD wide_y = y.template cast<double>();
    return (b.template cast<double>() - wide_a * wide_y).norm() / (wide_a.norm() * wide_y.norm());
}

/// 4 n eps: n eps from the bound of Bunch and Kaufman's method without growth, 4 for its growth.
template <class T>
double tolerance(Eigen::Index n) {
    return 4 * static_cast<double>(n) * static_cast<double>(std::numeric_limits<T>::epsilon());
}

template <class T>
void expect_solutions() {
    Rng rng(51);
    for (const Eigen::Index n : {1, 2, 3, 17, 90}) {
        for (const Eigen::Index k : {1, 5}) {
            const auto half = random_matrix<T>(n, n, rng);
            const Matrix<T> a = half + half.transpose();
            const auto b = random_matrix<T>(n, k, rng);
            const SymmetricFactors<T> factors(a);
            Matrix<T> y = factors.solve(b);
            EXPECT_EQ(factors.replaced_pivots(), 0);
            EXPECT_LE(backward_error<T>(a, y, b), tolerance<T>(n)) << n << " " << k;
            y(n - 1, k - 1) +=
                static_cast<T>(20 * tolerance<T>(n)) * y.norm() * a.norm() / a.col(n - 1).norm();
            EXPECT_GT(backward_error<T>(a, y, b), tolerance<T>(n)) << n << " " << k;
        }
    }
}

TEST(SymmetricFactors, SolvesIndefiniteSystemsToRounding) {
    expect_solutions<double>();
    expect_solutions<float>();
}

TEST(SymmetricFactors, ReadsTheLowerTriangleOnly) {
    Rng rng(52);
    const auto half = random_matrix<double>(12, 12, rng);
    const MatrixD a = half + half.transpose();
    const auto b = random_matrix<double>(12, 2, rng);
    MatrixD spoiled = a;
    spoiled.triangularView<Eigen::StrictlyUpper>().setConstant(7);
    EXPECT_EQ(SymmetricFactors<double>(spoiled).solve(b), SymmetricFactors<double>(a).solve(b));
    EXPECT_NE(SymmetricFactors<double>(spoiled.transpose()).solve(b), SymmetricFactors<double>(a).solve(b));
}

TEST(SymmetricFactors, AnExactlySingularMatrixGivesItsNullVector) {
    MatrixD ones = MatrixD::Ones(2, 2);
    const SymmetricFactors<double> factors(ones);
    EXPECT_EQ(factors.replaced_pivots(), 1);
    const VectorD y = VectorD(factors.solve(VectorD::Unit(2, 0))).normalized();
    EXPECT_LE((ones * y).norm(), 4 * std::numeric_limits<double>::epsilon());

    const SymmetricFactors<double> zero(MatrixD::Zero(3, 3));
    EXPECT_EQ(zero.replaced_pivots(), 3);
    EXPECT_TRUE(zero.solve(VectorD::Ones(3)).allFinite());

    const VectorD diagonal = (VectorD(4) << 3, 0, -2, 1).finished();
    const SymmetricFactors<double> hole(MatrixD(diagonal.asDiagonal()));
    EXPECT_EQ(hole.replaced_pivots(), 1);
    const VectorD null = VectorD(hole.solve(VectorD::Ones(4))).normalized();
    EXPECT_NEAR(null[1], 1, 1e-12);
}

// What inverse iteration rests on: the solution is wrong in size but right in direction.
TEST(SymmetricFactors, AShiftAtAnEigenvalueGivesTheEigenvector) {
    Rng rng(53);
    const Eigen::Index n = 40;
    const auto half = random_matrix<double>(n, n, rng);
    const MatrixD base = half + half.transpose();
    const VectorD x = VectorD(random_matrix<double>(n, 1, rng)).normalized();
    // A x = 0 by construction: P A P for the projection P beside x.
    const MatrixD projection = MatrixD::Identity(n, n) - x * x.transpose();
    const MatrixD a = projection * base * projection;
    const VectorD start = VectorD(random_matrix<double>(n, 1, rng)).normalized();
    const VectorD y = VectorD(SymmetricFactors<double>(a).solve(start)).normalized();
    EXPECT_LE((a * y).norm(), tolerance<double>(n) * a.norm());
    EXPECT_GT((a * start).norm(), tolerance<double>(n) * a.norm());
}

TEST(SymmetricFactors, NothingSolvesNothing) {
    EXPECT_EQ(SymmetricFactors<double>(MatrixD(0, 0)).solve(MatrixD(0, 2)).cols(), 2);
    EXPECT_EQ(SymmetricFactors<double>(MatrixD::Identity(3, 3)).solve(MatrixD(3, 0)).rows(), 3);
}

TEST(SymmetricFactors, ErrorsNameShapesAndEntries) {
    using test::expect_words;
    using test::message_of;
    expect_words(message_of<InvalidArgument>([] { SymmetricFactors<double>(MatrixD::Ones(2, 3), "H"); }),
                 {"H (2, 3)"});
    MatrixD bad = MatrixD::Identity(4, 4);
    bad(2, 1) = std::numeric_limits<double>::quiet_NaN();
    expect_words(message_of<NumericalError>([&] { SymmetricFactors<double>(bad, "H"); }), {"H (4, 4)"});
    expect_words(message_of<InvalidArgument>([] {
                     (void)SymmetricFactors<double>(MatrixD::Identity(4, 4)).solve(MatrixD::Ones(3, 2));
                 }),
                 {"(3, 2)", "(4, 4)"});
}

}  // namespace
}  // namespace eckart::linalg
