#include "eckart/linalg/svd.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "eckart/core/error.hpp"
#include "eckart/linalg/qr.hpp"
#include "random_matrix.hpp"
#include "svd_checks.hpp"

namespace eckart::linalg {
namespace {

using test::random_matrix;

template <class T>
double orthogonality(const Matrix<T>& columns) {
    const MatrixD wide = columns.template cast<double>();
    return (wide.transpose() * wide - MatrixD::Identity(wide.cols(), wide.cols())).norm();
}

template <class T>
void expect_svd(const Matrix<T>& a, const Svd<T>& svd) {
    EXPECT_EQ(test::complaint(test::svd_errors<T>(a, svd), test::svd_tolerance<T>(a)), "");
}

TEST(ThinSvd, FourNumbersOnManyShapes) {
    Rng rng(1);
    for (const auto& [m, n] :
         {std::pair(1, 1), std::pair(1, 9), std::pair(9, 1), std::pair(5, 5), std::pair(40, 3),
          std::pair(3, 40), std::pair(0, 4), std::pair(4, 0), std::pair(120, 90)}) {
        const auto a = random_matrix<double>(m, n, rng);
        expect_svd<double>(a, thin_svd<double>(a));
        const MatrixF narrow = a.cast<float>();
        expect_svd<float>(narrow, thin_svd<float>(narrow));
    }
    const MatrixD zero = MatrixD::Zero(4, 6);
    expect_svd<double>(zero, thin_svd<double>(zero));
}

TEST(ThinSvd, SurvivesExtremeScales) {
    Rng rng(2);
    for (const float scale : {1e-38F, 1e-20F, 1e20F, 1e37F}) {
        const MatrixF a = random_matrix<float>(12, 7, rng) * scale;
        expect_svd<float>(a, thin_svd<float>(a));
    }
    EXPECT_THROW((void)thin_svd<float>(MatrixF::Constant(30, 30, 3e38F)), NumericalError);
}

TEST(ThinSvd, RefusesNanAndInfinityByCount) {
    MatrixF a = MatrixF::Ones(3, 4);
    a(1, 2) = std::numeric_limits<float>::quiet_NaN();
    a(2, 2) = std::numeric_limits<float>::infinity();
    try {
        (void)thin_svd<float>(a, "fc1.weight");
        FAIL() << "must throw";
    } catch (const NumericalError& error) {
        EXPECT_EQ(std::string(error.what()).find("fc1.weight (3, 4): 2 entries"), 0U) << error.what();
    }
}

TEST(ThinQr, FactorsAndIsOrthogonal) {
    Rng rng(3);
    for (const auto& [m, n] :
         {std::pair(9, 4), std::pair(4, 9), std::pair(1, 5), std::pair(5, 1), std::pair(6, 6)}) {
        const auto a = random_matrix<double>(m, n, rng);
        const Qr<double> qr = thin_qr<double>(a);
        EXPECT_LE((qr.q * qr.r - a).norm(), 1e-13 * a.norm());
        EXPECT_LE(orthogonality<double>(qr.q), 1e-13);
        for (Eigen::Index i = 0; i < qr.r.rows(); ++i) {
            for (Eigen::Index j = 0; j < i; ++j) EXPECT_EQ(qr.r(i, j), 0);
        }
    }
}

}  // namespace
}  // namespace eckart::linalg
