#include "calculus/minres.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "eckart/linalg/symmetric_solve.hpp"
#include "eigen_problems.hpp"

namespace eckart::calculus {
namespace {

using test::random_vector;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(Minres, SolvesShiftedIndefiniteSystemsToTheResidualAskedFor) {
    Rng rng(95);
    for (const Eigen::Index n : {1, 2, 5, 30}) {
        const MatrixD a = test::with_eigenvalues(VectorD::LinSpaced(n, -3, 4), rng);
        const VectorD b = random_vector(n, rng).normalized();
        for (const double residual : {0.3, 1e-4, 1e-9}) {
            double norm = 0;
            const MinresResult result = minres(matrix_operator(a), 0.37, b, {residual, kInfinity, 200}, norm);
            const MatrixD shifted = a - 0.37 * MatrixD::Identity(n, n);
            EXPECT_LE((b - shifted * result.y).norm(), residual * (1 + 1e-6)) << n;
            EXPECT_LE(norm, 4 + 1e-12);
            if (residual < 1e-8) {
                const VectorD y = linalg::SymmetricFactors<double>(shifted).solve(b);
                EXPECT_LE((result.y - y).norm(), 100 * residual) << n;
                // Control: the solution of a slightly other shift is not it.
                const MatrixD other = a - 0.3701 * MatrixD::Identity(n, n);
                const VectorD wrong = linalg::SymmetricFactors<double>(other).solve(b);
                EXPECT_GT((result.y - wrong).norm(), 100 * residual) << n;
            }
        }
    }
}

TEST(Minres, IsTheBestOfItsKrylovSpace) {
    Rng rng(96);
    const MatrixD a = test::with_eigenvalues(VectorD::LinSpaced(20, -3, 4), rng);
    const VectorD b = random_vector(20, rng).normalized();
    MatrixD krylov(20, 6);
    krylov.col(0) = b;
    for (Eigen::Index j = 1; j < 6; ++j) krylov.col(j) = (a * krylov.col(j - 1)).normalized();
    double norm = 0;
    for (int steps = 1; steps <= 6; ++steps) {
        const VectorD y = minres(matrix_operator(a), 0, b, {0, kInfinity, steps}, norm).y;
        // The least residual over the space leaves one that is orthogonal to A times the space.
        const VectorD rest = b - a * y;
        const MatrixD image = a * krylov.leftCols(steps);
        EXPECT_LE((image.transpose() * rest).norm(), 1e-12);
        EXPECT_GT((image.transpose() * (rest + 1e-6 * b)).norm(), 1e-12);
    }
}

TEST(Minres, ASingularMatrixGivesItsNullVector) {
    Rng rng(97);
    const VectorD values = (VectorD(6) << 0, 1, 2, -1, 3, -2).finished();
    const MatrixD a = test::with_eigenvalues(values, rng);
    const VectorD b = random_vector(6, rng).normalized();
    double norm = 1;
    const MinresResult result = minres(matrix_operator(a), 0, b, {0, 1e10, 100}, norm);
    EXPECT_GE(result.y.norm(), 1e10);
    EXPECT_LE((a * result.y).norm() / result.y.norm(), 1e-9);
    EXPECT_LE(result.iterations, 10);
}

TEST(Minres, EndsAtItsLimits) {
    Rng rng(98);
    const MatrixD a = test::with_eigenvalues(VectorD::LinSpaced(50, -3, 4), rng);
    const VectorD b = random_vector(50, rng).normalized();
    double norm = 0;
    EXPECT_EQ(minres(matrix_operator(a), 0.1, b, {0, kInfinity, 7}, norm).iterations, 7);
    EXPECT_EQ(minres(matrix_operator(a), 0.1, b, {2, kInfinity, 7}, norm).iterations, 0);
    const VectorD y = minres(matrix_operator(a), 0.1, b, {0, 0.5, 50}, norm).y;
    EXPECT_GE(y.norm(), 0.5);
}

}  // namespace
}  // namespace eckart::calculus
