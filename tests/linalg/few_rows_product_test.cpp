#include "linalg/few_rows_product.hpp"

#include <gtest/gtest.h>

#include <rapidcheck/gtest.h>
#include <cstdlib>
#include <limits>

#include "core/cpu.hpp"
#include "eckart/linalg/product.hpp"
#include "random_matrix.hpp"

namespace eckart::linalg {
namespace {

using test::random_matrix;

/// |C - X B|_F over what rounding of a sum of `inner` products allows, with the product in double.
double error_share(const MatrixF& x, const MatrixF& b, const MatrixF& c) {
    const MatrixD exact = x.cast<double>() * b.cast<double>();
    const double allowed = static_cast<double>(x.cols() + 1) *
                           static_cast<double>(std::numeric_limits<float>::epsilon()) * x.norm() * b.norm();
    return (c.cast<double>() - exact).norm() / allowed;
}

RC_GTEST_PROP(FewRowsProduct, EqualsTheProductInDoubleInAllFourForms, ()) {
    const auto rows = *rc::gen::inRange<Eigen::Index>(1, 70);
    const auto inner = *rc::gen::inRange<Eigen::Index>(1, 400);
    const auto cols = *rc::gen::inRange<Eigen::Index>(1, 400);
    Rng rng(*rc::gen::arbitrary<std::uint64_t>());
    const MatrixF x = random_matrix<float>(rows, inner, rng);
    const MatrixF b = random_matrix<float>(inner, cols, rng);
    const MatrixF xt = x.transpose();
    const MatrixF bt = b.transpose();
    RC_ASSERT(error_share(x, b, few_rows_product(x, false, b, false)) <= 1);
    RC_ASSERT(error_share(x, b, few_rows_product(xt, true, b, false)) <= 1);
    RC_ASSERT(error_share(x, b, few_rows_product(x, false, bt, true)) <= 1);
    RC_ASSERT(error_share(x, b, few_rows_product(xt, true, bt, true)) <= 1);
}

TEST(FewRowsProduct, MultiplyIsRightOnBothSidesOfItsLimits) {
    Rng rng(43);
    for (const Eigen::Index rows : {15, 16, 17, 32, 95, 256, 257}) {
        for (const Eigen::Index inner : {4 * rows - 1, 4 * rows}) {
            const MatrixF x = random_matrix<float>(rows, inner, rng);
            const MatrixF b = random_matrix<float>(inner, 4 * rows + 3, rng);
            EXPECT_LE(error_share(x, b, multiply(x, b)), 1) << rows << " " << inner;
            EXPECT_LE(error_share(x, b, multiply_tn<float>(x.transpose(), b)), 1) << rows << " " << inner;
            EXPECT_LE(error_share(x, b, multiply_nt<float>(x, b.transpose())), 1) << rows << " " << inner;
        }
    }
}

TEST(FewRowsProduct, SuitsABlockAndALargeMatrixOnly) {
    const auto cap = std::getenv("ONEDNN_MAX_CPU_ISA");
    if (cap == nullptr) {
        const std::string cpu = core::cpu_instructions();
        const bool wide = cpu == "AVX2" || cpu.starts_with("AVX-512");
        EXPECT_EQ(suits_few_rows_product(96, 4096, 4096), wide);
        EXPECT_EQ(suits_few_rows_product(16, 64, 64), wide);
        EXPECT_EQ(suits_few_rows_product(256, 1024, 1024), wide);
    }
    EXPECT_FALSE(suits_few_rows_product(15, 1000, 1000));
    EXPECT_FALSE(suits_few_rows_product(257, 5000, 5000));
    EXPECT_FALSE(suits_few_rows_product(96, 4096, 96));
    EXPECT_FALSE(suits_few_rows_product(96, 0, 4096));
}

TEST(FewRowsProduct, SameBitsTwice) {
    Rng rng(44);
    const MatrixF x = random_matrix<float>(48, 700, rng);
    const MatrixF b = random_matrix<float>(700, 900, rng);
    EXPECT_EQ(multiply(x, b), multiply(x, b));
}

}  // namespace
}  // namespace eckart::linalg
