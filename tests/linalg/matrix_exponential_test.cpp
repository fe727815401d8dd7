#include "eckart/linalg/matrix_exponential.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <string>
#include <unsupported/Eigen/MatrixFunctions>

#include "eckart/core/error.hpp"
#include "error_message.hpp"
#include "matrix_exponential_golden.hpp"
#include "random_matrix.hpp"

namespace eckart::linalg {
namespace {

using test::exponential_golden;
using test::ExponentialCase;
using test::relative_error;
using test::roundoff;

/// c n eps. The badly scaled cases reach it with c = 1 although their condition numbers are up to 1e23; the
/// rest carry the rounding of |A|, that is c = cond(A).
template <class T>
double tolerance_of(const ExponentialCase& c) {
    const bool scaled =
        c.name.find("shear") == 0 || c.name.find("scaled") != std::string::npos || c.name.find("graded") == 0;
    return roundoff<T>(c.matrix.rows()) * (scaled || c.condition < 1 ? 1 : c.condition);
}

TEST(MatrixExponential, FiftyDigitReferences) {
    for (const ExponentialCase& c : exponential_golden()) {
        const double tolerance = tolerance_of<double>(c);
        EXPECT_LE(relative_error(expm<double>(c.matrix), c.exponential), tolerance) << c.name;
        // Control: one entry that is off by three tolerances is seen.
        MatrixD spoiled = c.exponential;
        spoiled(0, 0) += 3 * tolerance * c.exponential.norm();
        EXPECT_GT(relative_error(spoiled, c.exponential), tolerance) << c.name;
    }
}

TEST(MatrixExponential, FloatIsTheRoundedResult) {
    for (const ExponentialCase& c : exponential_golden()) {
        const MatrixF narrow = c.matrix.cast<float>();
        if (c.exponential.norm() > 1e38) {
            EXPECT_THROW((void)expm<float>(narrow), NumericalError) << c.name;
            continue;
        }
        const MatrixD expected = expm<double>(narrow.cast<double>());
        EXPECT_EQ(expm<float>(narrow), expected.cast<float>()) << c.name;
        if (narrow.cast<double>() != c.matrix || c.exponential.norm() < 1e-30) continue;
        EXPECT_LE(relative_error(expm<float>(narrow), c.exponential), roundoff<float>(1)) << c.name;
    }
}

// What the choice of s by powers of A is for: by |A| alone, as in Eigen, digits are lost to needless
// squarings.
TEST(MatrixExponential, DoesNotScaleTooMuch) {
    MatrixD a(2, 2);
    a << 1, 1e6, 1e-7, -1;
    for (const ExponentialCase& c : exponential_golden()) {
        if (c.name != "shear 1e6 not triangular") continue;
        ASSERT_EQ(c.matrix, a);
        EXPECT_LE(relative_error(expm<double>(a), c.exponential), roundoff<double>(2));
        const MatrixD overscaled = a.exp();
        EXPECT_GT(relative_error(overscaled, c.exponential), 100 * roundoff<double>(2));
    }
}

TEST(MatrixExponential, EmptyAndSingleEntries) {
    EXPECT_EQ(expm<double>(MatrixD(0, 0)).size(), 0);
    EXPECT_EQ(expm_symmetric<double>(MatrixD(0, 0)).size(), 0);
    EXPECT_EQ(expm_skew<float>(MatrixF(0, 0)).size(), 0);
    for (const double x : {0.0, 1e-300, -1e-8, 0.7, -35.5, 700.0, -1e300}) {
        EXPECT_EQ(expm<double>(MatrixD::Constant(1, 1, x))(0, 0), std::exp(x)) << x;
        EXPECT_NEAR(expm_symmetric<double>(MatrixD::Constant(1, 1, x))(0, 0), std::exp(x),
                    4 * std::numeric_limits<double>::epsilon() * std::exp(x))
            << x;
    }
    EXPECT_EQ(expm_skew<double>(MatrixD::Zero(1, 1))(0, 0), 1);
}

/// exp(size N) for the n x n matrix N of ones above the diagonal: size^k / k! on the k-th diagonal.
MatrixD exponential_of_shift(Eigen::Index n, double size) {
    MatrixD result = MatrixD::Zero(n, n);
    double term = 1;
    for (Eigen::Index k = 0; k < n; ++k) {
        result.diagonal(k).setConstant(term);
        term *= size / static_cast<double>(k + 1);
    }
    return result;
}

TEST(MatrixExponential, NilpotentAndJordanBlocksInClosedForm) {
    Rng rng(7);
    for (const Eigen::Index n : {2, 3, 6}) {
        MatrixD shift = MatrixD::Zero(n, n);
        shift.diagonal(1).setConstant(100);
        EXPECT_LE(relative_error(expm<double>(shift), exponential_of_shift(n, 100)), 4 * roundoff<double>(n));
        shift.diagonal(1).setConstant(2);
        const MatrixD expected = exponential_of_shift(n, 2);
        EXPECT_LE(relative_error(expm<double>(shift), expected), roundoff<double>(n)) << n;
        const MatrixD jordan = shift - 3 * MatrixD::Identity(n, n);
        EXPECT_LE(relative_error(expm<double>(jordan), std::exp(-3.0) * expected), 4 * roundoff<double>(n));
        EXPECT_GT(relative_error(expm<double>(jordan), std::exp(-3.0 + 1e-12) * expected),
                  4 * roundoff<double>(n));
        // In another basis nothing is triangular any more.
        const MatrixD q = test::random_orthogonal(n, rng);
        EXPECT_LE(relative_error(expm<double>(q * jordan * q.transpose()),
                                 std::exp(-3.0) * q * expected * q.transpose()),
                  20 * roundoff<double>(n))
            << n;
    }
}

TEST(MatrixExponential, EntriesNearTheEndsOfTheRange) {
    MatrixD nilpotent = MatrixD::Zero(2, 2);
    nilpotent(0, 1) = 1e300;
    MatrixD expected = MatrixD::Identity(2, 2);
    expected(0, 1) = 1e300;
    EXPECT_EQ(expm<double>(nilpotent), expected);
    nilpotent(0, 1) = 1e-310;
    EXPECT_EQ(expm<double>(nilpotent), MatrixD(MatrixD::Identity(2, 2) + nilpotent));
    // About 1,000 squarings, which end in zero.
    EXPECT_EQ(expm<double>(MatrixD(-1e300 * MatrixD::Identity(3, 3))), MatrixD::Zero(3, 3));
    const MatrixD decaying = -1e300 * (MatrixD::Ones(3, 3) + MatrixD::Identity(3, 3));
    EXPECT_EQ(expm<double>(decaying), MatrixD::Zero(3, 3));
    // A rotation by 1e300: no digit of the angle is known, but a rotation it is.
    MatrixD turn = MatrixD::Zero(2, 2);
    turn(0, 1) = 1e300;
    turn(1, 0) = -1e300;
    EXPECT_LE(test::orthogonality_error(expm_skew<double>(turn)), roundoff<double>(2));
}

TEST(MatrixExponential, RotationOfThePlane) {
    for (const double angle : {0.0, 1e-8, 0.3, 2.0, std::numbers::pi, 50.0, 1e4}) {
        MatrixD unit(2, 2);
        unit << 0, 1, -1, 0;
        const MatrixD a = angle * unit;
        MatrixD expected(2, 2);
        expected << std::cos(angle), std::sin(angle), -std::sin(angle), std::cos(angle);
        const double tolerance = roundoff<double>(2) * std::max(1.0, angle);
        EXPECT_LE((expm_skew<double>(a) - expected).norm(), tolerance) << angle;
        EXPECT_LE((expm<double>(a) - expected).norm(), tolerance) << angle;
        EXPECT_GT((expm_skew<double>(a + 2 * tolerance * unit) - expected).norm(), tolerance)
            << "turned further: " << angle;
        const MatrixF narrow = a.cast<float>();
        EXPECT_LE((expm_skew<float>(narrow).cast<double>() - expected).norm(),
                  roundoff<float>(2) * std::max(1.0, angle))
            << angle;
    }
}

TEST(MatrixExponential, RefusesWhatHasNoExponential) {
    EXPECT_THROW((void)expm<double>(MatrixD::Zero(2, 3)), InvalidArgument);
    EXPECT_THROW((void)expm_skew<double>(MatrixD::Zero(2, 3)), InvalidArgument);
    EXPECT_THROW((void)expm_symmetric<double>(MatrixD::Zero(3, 2)), InvalidArgument);
    MatrixD bad = MatrixD::Ones(3, 3);
    bad(1, 2) = std::numeric_limits<double>::quiet_NaN();
    bad(0, 0) = std::numeric_limits<double>::infinity();
    EXPECT_THROW((void)expm<double>(bad), NumericalError);
    EXPECT_THROW((void)expm_skew<double>(bad), NumericalError);
    EXPECT_THROW((void)expm_symmetric<double>(bad), NumericalError);
    const std::string message = test::message_of<Error>([&] { (void)expm<double>(bad, "rates"); });
    EXPECT_EQ(message.find("rates (3, 3): 2 entries are NaN or infinite"), 0U) << message;
    EXPECT_EQ(message.find("singular"), std::string::npos) << message;
}

TEST(MatrixExponential, SaysThatTheResultOverflowsAndWhy) {
    for (const double size : {400.0, 1e5, 1e300}) {
        const MatrixD a = MatrixD::Constant(2, 2, size);
        for (const auto function : {&expm<double>, &expm_symmetric<double>}) {
            const std::string message = test::message_of<Error>([&] { (void)function(a, "rates"); });
            EXPECT_NE(message.find("rates (2, 2): its exponential exceeds the range of float64: |A|_F is"),
                      std::string::npos)
                << message;
        }
    }
    EXPECT_NE(
        test::message_of<Error>([&] { (void)expm<float>(MatrixF::Constant(1, 1, 89.0F)); }).find("float32"),
        std::string::npos);
    EXPECT_NEAR(expm<float>(MatrixF::Constant(1, 1, 88.0F))(0, 0) / std::exp(88.0F), 1, 1e-6);
}

TEST(MatrixExponential, NamesTheAsymmetry) {
    MatrixD a(2, 2);
    a << 1, 2, 2.5, 1;
    EXPECT_NE(test::message_of<Error>([&] {
                  (void)expm_symmetric<double>(a, "gram");
              }).find("gram (2, 2) is not symmetric"),
              std::string::npos);
    EXPECT_NE(test::message_of<Error>([&] {
                  (void)expm_skew<double>(a, "turn");
              }).find("turn (2, 2) is not skew-symmetric"),
              std::string::npos);
    // Rounding of the last bit is no asymmetry.
    a << 0, 1 + 1e-16, -1, 0;
    EXPECT_LE(test::orthogonality_error(expm_skew<double>(a)), roundoff<double>(2));
    a(0, 1) = 1 + 1e-13;
    EXPECT_THROW((void)expm_skew<double>(a), InvalidArgument);
    a(0, 0) = 1e-10;
    EXPECT_THROW((void)expm_skew<double>(a), InvalidArgument);
}

}  // namespace
}  // namespace eckart::linalg
