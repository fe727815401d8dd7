#include "eckart/linalg/product.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <tuple>

#include "eckart/core/error.hpp"
#include "random_matrix.hpp"

namespace eckart::linalg {
namespace {

using test::random_matrix;

/// |C - A B|_F / (|A|_F |B|_F) against the product in double.
template <class T>
double product_error(const Matrix<T>& a, const Matrix<T>& b, const Matrix<T>& c) {
    const MatrixD wide_a = a.template cast<double>();
    const MatrixD wide_b = b.template cast<double>();
    return (c.template cast<double>() - wide_a.lazyProduct(wide_b)).norm() / (wide_a.norm() * wide_b.norm());
}

template <class T>
void expect_products() {
    Rng rng(41);
    for (const Eigen::Index m : {1, 2, 33}) {
        for (const Eigen::Index k : {1, 5, 70}) {
            for (const Eigen::Index n : {1, 3, 41}) {
                const auto a = random_matrix<T>(m, k, rng);
                const auto b = random_matrix<T>(k, n, rng);
                const double tolerance =
                    static_cast<double>(k + 1) * static_cast<double>(std::numeric_limits<T>::epsilon());
                Matrix<T> c = multiply<T>(a, b);
                EXPECT_LE(product_error<T>(a, b, c), tolerance) << m << " " << k << " " << n;
                c(m - 1, n - 1) += static_cast<T>(2 * tolerance) * a.norm() * b.norm();
                EXPECT_GT(product_error<T>(a, b, c), tolerance) << m << " " << k << " " << n;
            }
        }
    }
}

TEST(Multiply, EqualsTheProductInDouble) {
    expect_products<float>();
    expect_products<double>();
}

TEST(Multiply, TransposedSidesEqualTransposedMatrices) {
    Rng rng(42);
    for (const auto& [m, k, n] :
         {std::tuple(1, 1, 1), std::tuple(1, 7, 3), std::tuple(8, 1, 5), std::tuple(33, 20, 4)}) {
        const auto a = random_matrix<double>(m, k, rng);
        const auto b = random_matrix<double>(k, n, rng);
        const MatrixD expected = multiply<double>(a, b);
        const double tolerance =
            static_cast<double>(k + 1) * std::numeric_limits<double>::epsilon() * a.norm() * b.norm();
        EXPECT_LE((multiply_tn<double>(a.transpose(), b) - expected).norm(), tolerance);
        EXPECT_LE((multiply_nt<double>(a, b.transpose()) - expected).norm(), tolerance);
    }
    EXPECT_THROW((void)multiply_tn<float>(MatrixF::Ones(2, 3), MatrixF::Ones(3, 2)), InvalidArgument);
    EXPECT_THROW((void)multiply_nt<float>(MatrixF::Ones(2, 3), MatrixF::Ones(3, 2)), InvalidArgument);
}

TEST(Multiply, EmptySidesGiveEmptyOrZero) {
    EXPECT_EQ(multiply<float>(MatrixF(0, 4), MatrixF::Ones(4, 3)).rows(), 0);
    EXPECT_EQ(multiply<float>(MatrixF::Ones(4, 3), MatrixF(3, 0)).cols(), 0);
    const MatrixF zero = multiply<float>(MatrixF(2, 0), MatrixF(0, 5));
    EXPECT_EQ(zero, MatrixF::Zero(2, 5));
}

TEST(Multiply, RefusesUnequalInnerSizesWithBothShapes) {
    try {
        (void)multiply<double>(MatrixD::Ones(2, 3), MatrixD::Ones(4, 5));
        FAIL() << "must throw";
    } catch (const InvalidArgument& error) {
        const std::string message = error.what();
        EXPECT_NE(message.find("(2, 3)"), std::string::npos) << message;
        EXPECT_NE(message.find("(4, 5)"), std::string::npos) << message;
    }
}

TEST(FrobeniusNorm, ByHandAndBeyondFloatsSquares) {
    MatrixF a(1, 2);
    a << 3, 4;
    EXPECT_EQ(frobenius_norm<float>(a), 5);
    EXPECT_EQ(frobenius_norm<float>(MatrixF(0, 3)), 0);
    // The squares leave the range of float, not of double.
    EXPECT_NEAR(frobenius_norm<float>(MatrixF(a * 1e30F)) / 5e30, 1, 1e-6);
    EXPECT_NEAR(frobenius_norm<float>(MatrixF(a * 1e-30F)) / 5e-30, 1, 1e-6);
}

TEST(FrobeniusDistance, SeesOneEntryOfAMillion) {
    const MatrixF a = MatrixF::Constant(1000, 1000, 0.1F);
    MatrixF b = a;
    EXPECT_EQ(frobenius_distance<float>(a, b), 0);
    b(700, 3) += 0.25F;
    EXPECT_NEAR(frobenius_distance<float>(a, b), 0.25, 1e-7);
    // A sum in float would stop growing: a million times 0.01.
    EXPECT_NEAR(frobenius_norm<float>(a), 100, 1e-4);
}

}  // namespace
}  // namespace eckart::linalg
