#include "eckart/linalg/truncated_svd.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "eckart/core/error.hpp"
#include "eckart/linalg/product.hpp"
#include "eckart/linalg/qr.hpp"
#include "linalg/randomized_svd.hpp"
#include "random_matrix.hpp"
#include "svd_checks.hpp"

namespace eckart::linalg {
namespace {

using test::random_matrix;

constexpr SvdMethod kMethods[] = {SvdMethod::kFull, SvdMethod::kGram, SvdMethod::kRandomized};

template <class T>
TruncatedSvd<T> truncated(const Matrix<T>& a, SvdMethod method, std::int64_t rank) {
    TruncatedSvdOptions options;
    options.method = method;
    options.rank = rank;
    return truncated_svd<T>(a, options);
}

template <class T>
double lack_of_orthogonality(const Matrix<T>& columns) {
    const MatrixD wide = columns.template cast<double>();
    return (wide.transpose() * wide - MatrixD::Identity(wide.cols(), wide.cols())).norm();
}

TEST(TruncatedSvd, GivesTheShapesOfEveryRankAndMatrix) {
    Rng rng(1);
    for (const auto& [m, n] : {std::pair(0, 0), std::pair(0, 4), std::pair(4, 0), std::pair(1, 1),
                               std::pair(1, 9), std::pair(9, 1), std::pair(12, 7), std::pair(7, 12)}) {
        const MatrixF a = random_matrix<float>(m, n, rng);
        for (const SvdMethod method : kMethods) {
            for (const std::int64_t rank : {0, 1, 3, 7, 100}) {
                const auto result = truncated(a, method, rank);
                const Eigen::Index r = std::min<Eigen::Index>({rank, m, n});
                EXPECT_EQ(result.svd.u.rows(), m);
                EXPECT_EQ(result.svd.u.cols(), r);
                EXPECT_EQ(result.svd.s.size(), r);
                EXPECT_EQ(result.svd.vt.rows(), r);
                EXPECT_EQ(result.svd.vt.cols(), n);
                EXPECT_NEAR(result.energy, a.cast<double>().squaredNorm(), 1e-12 * result.energy);
            }
        }
    }
}

// Errors that the difference of energy and the sum of s^2 could not show in float.
TEST(TruncatedSvd, KnowsTheErrorOfSmallTails) {
    Rng rng(19);
    for (const auto& [m, n] : {std::pair(90, 60), std::pair(60, 90), std::pair(300, 40)}) {
        const Eigen::Index k = std::min(m, n);
        const MatrixD u = thin_qr<double>(random_matrix<double>(m, k, rng)).q;
        const MatrixD v = thin_qr<double>(random_matrix<double>(n, k, rng)).q;
        VectorD s(k);
        for (Eigen::Index i = 0; i < k; ++i)
            s[i] = 3 * std::pow(10.0, -5.0 * static_cast<double>(i) / static_cast<double>(k));
        const MatrixF a = (u * s.asDiagonal() * v.transpose()).cast<float>();
        const VectorD exact = thin_svd<double>(a.cast<double>()).s;
        for (const SvdMethod method : {SvdMethod::kFull, SvdMethod::kGram}) {
            for (const Eigen::Index rank : {k / 2, 3 * k / 4}) {
                const double error = exact.tail(k - rank).norm() / exact.norm();
                EXPECT_NEAR(std::sqrt(truncated(a, method, rank).left_out), error, 0.02 * error)
                    << to_text(method) << ", rank " << rank << " of " << m << " x " << n;
            }
            EXPECT_EQ(truncated(a, method, k).left_out, 0);
        }
    }
}

// Whatever the matrix, the decomposition of full rank passes the check of thin_svd().
TEST(TruncatedSvd, FourNumbersAtFullRank) {
    Rng rng(2);
    for (const auto& [m, n] :
         {std::pair(1, 17), std::pair(17, 1), std::pair(31, 31), std::pair(64, 20), std::pair(33, 130)}) {
        MatrixF wild(m, n);
        for (float& x : wild.reshaped()) {
            x = static_cast<float>((rng.uniform() < 0.5 ? -1 : 1) * std::pow(10.0, rng.uniform(-30, 30)));
        }
        const MatrixF low = random_matrix<float>(m, 1, rng) * random_matrix<float>(1, n, rng);
        MatrixF twins = random_matrix<float>(m, n, rng);
        for (Eigen::Index i = 1; i < m; i += 2) twins.row(i) = twins.row(i - 1);
        for (const MatrixF& a : {random_matrix<float>(m, n, rng), MatrixF(MatrixF::Zero(m, n)),
                                 MatrixF(MatrixF::Identity(m, n)), MatrixF(MatrixF::Constant(m, n, 1e30F)),
                                 MatrixF(MatrixF::Constant(m, n, 1e-30F)), low, wild, twins}) {
            for (const SvdMethod method : kMethods) {
                EXPECT_EQ(test::complaint(test::svd_errors<float>(a, truncated(a, method, m).svd),
                                          test::svd_tolerance<float>(a)),
                          "")
                    << to_text(method) << ' ' << m << " x " << n;
            }
        }
    }
}

TEST(TruncatedSvd, AgreesWithTheFullDecompositionInDouble) {
    Rng rng(3);
    for (const auto& [m, n] : {std::pair(90, 60), std::pair(60, 90)}) {
        const MatrixF a = random_matrix<float>(m, n, rng);
        const VectorD s = thin_svd<double>(a.cast<double>()).s;
        for (const SvdMethod method : {SvdMethod::kFull, SvdMethod::kGram}) {
            const auto result = truncated(a, method, 11);
            EXPECT_EQ(result.method, method);
            EXPECT_EQ(result.excess, 0);
            EXPECT_EQ(result.passes, 0);
            EXPECT_LE((result.svd.s.cast<double>() - s.head(11)).cwiseAbs().maxCoeff(),
                      test::svd_tolerance<float>(a) * s[0]);
            EXPECT_LE(lack_of_orthogonality<float>(result.svd.u), test::svd_tolerance<float>(a));
            EXPECT_LE(lack_of_orthogonality<float>(result.svd.vt.transpose()), test::svd_tolerance<float>(a));
        }
    }
}

TEST(TruncatedSvd, TheGramMatrixIsNotUsedInDouble) {
    Rng rng(4);
    MatrixD a = random_matrix<double>(20, 30, rng);
    a.row(3) *= 1e-12;
    const auto result = truncated(a, SvdMethod::kGram, 20);
    EXPECT_EQ(result.method, SvdMethod::kFull);
    EXPECT_EQ(test::complaint(test::svd_errors<double>(a, result.svd), test::svd_tolerance<double>(a)), "");
    EXPECT_NE(choose_svd_method(4096, 4096, 256, sizeof(double)), SvdMethod::kGram);
}

TEST(TruncatedSvd, PowersOfTwoScaleTheResultExactly) {
    Rng rng(5);
    const MatrixF a = random_matrix<float>(40, 60, rng);
    for (const SvdMethod method : kMethods) {
        const auto plain = truncated(a, method, 8);
        for (const int exponent : {-100, 100}) {
            const auto scaled = truncated(MatrixF(a * std::ldexp(1.0F, exponent)), method, 8);
            EXPECT_EQ(scaled.svd.s, VectorF(plain.svd.s * std::ldexp(1.0F, exponent))) << to_text(method);
            EXPECT_EQ(scaled.svd.u, plain.svd.u);
            EXPECT_EQ(scaled.svd.vt, plain.svd.vt);
            EXPECT_EQ(scaled.energy, std::ldexp(plain.energy, 2 * exponent));
            EXPECT_EQ(scaled.excess, plain.excess);
        }
    }
}

TEST(TruncatedSvd, TheSameSeedGivesTheSameBits) {
    Rng rng(6);
    const MatrixF a = random_matrix<float>(80, 120, rng);
    TruncatedSvdOptions options;
    options.rank = 10;
    options.method = SvdMethod::kRandomized;
    options.tolerance = 0.05;
    const auto first = truncated_svd<float>(a, options);
    const auto second = truncated_svd<float>(a, options);
    ASSERT_EQ(first.method, SvdMethod::kRandomized);
    EXPECT_GT(first.passes, 0);
    EXPECT_EQ(first.svd.u, second.svd.u);
    EXPECT_EQ(first.svd.s, second.svd.s);
    EXPECT_EQ(first.svd.vt, second.svd.vt);
    EXPECT_EQ(first.excess, second.excess);
    options.seed = 1;
    EXPECT_NE(truncated_svd<float>(a, options).svd.vt, first.svd.vt);
}

TEST(TruncatedSvd, RefusesBadEntriesAndOptions) {
    MatrixF a = MatrixF::Ones(3, 4);
    a(1, 2) = std::numeric_limits<float>::quiet_NaN();
    a(2, 2) = std::numeric_limits<float>::infinity();
    TruncatedSvdOptions options;
    options.rank = 2;
    try {
        (void)truncated_svd<float>(a, options, "fc1.weight");
        FAIL() << "must throw";
    } catch (const NumericalError& error) {
        EXPECT_EQ(std::string(error.what()).find("fc1.weight (3, 4): 2 entries"), 0U) << error.what();
    }
    EXPECT_THROW((void)truncated_svd<float>(MatrixF::Constant(30, 30, 3e38F), options), NumericalError);
    options.rank = -1;
    EXPECT_THROW(options.validate(), InvalidArgument);
    options.rank = 1;
    for (const double tolerance : {0.0, -1.0, 1.5, std::numeric_limits<double>::quiet_NaN()}) {
        options.tolerance = tolerance;
        EXPECT_THROW(options.validate(), InvalidArgument) << tolerance;
    }
    EXPECT_THROW((void)choose_svd_method(-1, 3, 1, 4), InvalidArgument);
}

TEST(TruncatedSvd, ChoosesByTimeAndMemory) {
    EXPECT_EQ(choose_svd_method(4096, 11008, 256, sizeof(float)), SvdMethod::kRandomized);
    EXPECT_EQ(choose_svd_method(1000, 1000, 1000, sizeof(double)), SvdMethod::kFull);
    for (const SvdMethod method : kMethods) {
        EXPECT_GT(svd_extra_bytes(method, 1000, 3072, 50, 4), 4U * 50 * (1000 + 3072)) << to_text(method);
    }
    const auto bytes = [](SvdMethod method) { return svd_extra_bytes(method, 4096, 11008, 256, 4); };
    EXPECT_LT(bytes(SvdMethod::kRandomized), bytes(SvdMethod::kFull));
    const SvdMethod least = choose_svd_method(4096, 11008, 256, 4, 0);
    for (const SvdMethod method : kMethods) EXPECT_LE(bytes(least), bytes(method));
    EXPECT_EQ(choose_svd_method(4096, 11008, 256, 4, bytes(SvdMethod::kRandomized)), SvdMethod::kRandomized);
    // Beyond the sizes that LAPACK counts in 32 bits.
    EXPECT_NE(choose_svd_method(30'000, 30'000, 30'000, 4), SvdMethod::kFull);
    EXPECT_EQ(choose_svd_method(50'000, 50'000, 50'000, 4), SvdMethod::kRandomized);
    EXPECT_EQ(choose_svd_method(50'000, 50'000, 50'000, 4, 0), SvdMethod::kRandomized);
}

TEST(TruncatedSvd, AnotherMethodTakesOverWhereNoCertificateComes) {
    // The error is 1e-3 of the matrix, its square below what a sum in float resolves.
    Rng rng(7);
    const MatrixF a = random_matrix<float>(150, 10, rng) * random_matrix<float>(10, 150, rng) +
                      3e-3F * random_matrix<float>(150, 150, rng);
    const auto result = truncated(a, SvdMethod::kRandomized, 10);
    EXPECT_NE(result.method, SvdMethod::kRandomized);
    EXPECT_GT(result.passes, 0);
    EXPECT_EQ(result.excess, 0);
    // And none may where neither fits in memory.
    TruncatedSvdOptions options;
    options.rank = 20;
    options.method = SvdMethod::kRandomized;
    options.max_bytes = 1;
    options.tolerance = 1e-7;
    const MatrixF flat = random_matrix<float>(600, 600, rng);
    try {
        (void)truncated_svd<float>(flat, options, "w");
        FAIL() << "must throw";
    } catch (const NumericalError& error) {
        EXPECT_NE(std::string(error.what()).find("w (600, 600): no certificate for rank 20"),
                  std::string::npos)
            << error.what();
    }
}

}  // namespace
}  // namespace eckart::linalg
