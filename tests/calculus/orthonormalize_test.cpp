#include "calculus/orthonormalize.hpp"
#include "epsilon.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "eckart/linalg/qr.hpp"
#include "eckart/linalg/svd.hpp"
#include "random_matrix.hpp"

namespace eckart::calculus {
namespace {

using test::kEps;
using test::random_matrix;

/// Largest entry of [basis q]t [basis q] - I.
double defect(const MatrixD& basis, const MatrixD& q) {
    MatrixD all(q.rows(), basis.cols() + q.cols());
    all << basis, q;
    return (all.transpose() * all - MatrixD::Identity(all.cols(), all.cols())).cwiseAbs().maxCoeff();
}

double tolerance(const MatrixD& basis, const MatrixD& block) {
    return 20 * (static_cast<double>(basis.cols() + block.cols()) + std::sqrt(block.rows())) * kEps;
}

MatrixD random_basis(Eigen::Index n, Eigen::Index p, Rng& rng) {
    return p > 0 ? linalg::thin_qr<double>(random_matrix<double>(n, p, rng)).q : MatrixD(n, 0);
}

TEST(OrthonormalizeAgainst, RandomBlocksOfAnyShape) {
    Rng rng(91);
    for (const Eigen::Index n : {1, 2, 10, 200}) {
        for (const Eigen::Index p : {0, 1, 7}) {
            for (const Eigen::Index k : {0, 1, 6}) {
                if (p + k > n) continue;
                const MatrixD basis = random_basis(n, p, rng);
                const auto block = random_matrix<double>(n, k, rng);
                MatrixD q = orthonormalize_against(basis, block);
                ASSERT_EQ(q.cols(), k);
                if (p + k == 0) continue;
                EXPECT_LE(defect(basis, q), tolerance(basis, block)) << n << " " << p << " " << k;
                // [basis q] spans the block.
                MatrixD rest = block - basis * (basis.transpose() * block);
                rest -= q * (q.transpose() * rest);
                EXPECT_LE(rest.norm(), 100 * tolerance(basis, block) * (1 + block.norm()));
                if (k == 0) continue;
                q(0, 0) += 4 * tolerance(basis, block) / std::max(std::abs(q(0, 0)), 1e-3);
                EXPECT_GT(defect(basis, q), tolerance(basis, block)) << "the check must see a change";
            }
        }
    }
}

TEST(OrthonormalizeAgainst, ColumnsOfAllSizesAndNearlyDependentOnes) {
    Rng rng(92);
    const MatrixD basis = random_basis(60, 5, rng);
    for (const double closeness : {1e-2, 1e-4, 1e-6}) {
        MatrixD block = random_matrix<double>(60, 6, rng);
        block.col(1) = block.col(0) + closeness * block.col(1);
        block.col(2) = basis.col(3) + closeness * block.col(2);
        block.col(3) *= 1e-200;
        block.col(4) *= 1e200;
        const MatrixD q = orthonormalize_against(basis, block);
        EXPECT_EQ(q.cols(), 6) << closeness;
        EXPECT_LE(defect(basis, q), tolerance(basis, block)) << closeness;
    }
}

TEST(OrthonormalizeAgainst, DropsWhatIsDependent) {
    Rng rng(93);
    const MatrixD basis = random_basis(40, 4, rng);
    MatrixD block = random_matrix<double>(40, 5, rng);
    block.col(1).setZero();
    block.col(2) = -3 * block.col(0);
    block.col(4) = block.col(0) + block.col(3);
    const MatrixD q = orthonormalize_against(basis, block);
    EXPECT_EQ(q.cols(), 2);
    EXPECT_LE(defect(basis, q), tolerance(basis, block));
    EXPECT_EQ(orthonormalize_against(basis, basis * random_matrix<double>(4, 3, rng)).cols(), 0);
    EXPECT_EQ(orthonormalize_against(basis, MatrixD::Zero(40, 2)).cols(), 0);
    // The basis is the whole space, up to one direction.
    const MatrixD nearly_all = random_basis(8, 7, rng);
    const MatrixD last = orthonormalize_against(nearly_all, random_matrix<double>(8, 3, rng));
    EXPECT_EQ(last.cols(), 1);
    EXPECT_LE(defect(nearly_all, last), 1e-13);
}

// Gram-Schmidt done once leaves what is why it is done until it holds.
TEST(OrthonormalizeAgainst, OnceIsNotEnough) {
    Rng rng(94);
    const MatrixD basis = random_basis(60, 5, rng);
    MatrixD block = basis * random_matrix<double>(5, 1, rng) + 1e-9 * random_matrix<double>(60, 1, rng);
    const MatrixD q = orthonormalize_against(basis, block);
    EXPECT_LE(defect(basis, q), tolerance(basis, block));
    block -= basis * (basis.transpose() * block);
    EXPECT_GT(defect(basis, block / block.norm()), tolerance(basis, block));
}

}  // namespace
}  // namespace eckart::calculus
