#include <gtest/gtest.h>

#include <Eigen/SVD>
#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "eckart/core/error.hpp"
#include "eckart/linalg/qr.hpp"
#include "eckart/linalg/svd.hpp"
#include "random_matrix.hpp"
#include "svd_checks.hpp"

namespace eckart::linalg {
namespace {

using test::complaint;
using test::random_matrix;
using test::svd_errors;
using test::svd_tolerance;

/// Q diag(d) Zt with random orthonormal Q and Z: a matrix whose singular values are |d|.
MatrixD with_spectrum(Eigen::Index m, Eigen::Index n, const std::function<double(double)>& value, Rng& rng) {
    const Eigen::Index k = std::min(m, n);
    const MatrixD q = thin_qr<double>(random_matrix<double>(m, k, rng)).q;
    const MatrixD z = thin_qr<double>(random_matrix<double>(n, k, rng)).q;
    VectorD d(k);
    for (Eigen::Index i = 0; i < k; ++i) d[i] = value(static_cast<double>(i));
    return q * d.asDiagonal() * z.transpose();
}

struct Case {
    std::string name;
    MatrixD matrix;
};

std::vector<Case> hard_matrices() {
    Rng rng(11);
    std::vector<Case> cases;
    for (const auto& [m, n] : {std::pair(1, 1), std::pair(1, 17), std::pair(17, 1), std::pair(2, 2),
                               std::pair(31, 31), std::pair(64, 20), std::pair(20, 64), std::pair(33, 130)}) {
        const std::string shape = std::to_string(m) + " x " + std::to_string(n);
        const Eigen::Index k = std::min(m, n);
        cases.push_back({shape + " normal", random_matrix<double>(m, n, rng)});
        cases.push_back({shape + " zero", MatrixD::Zero(m, n)});
        cases.push_back({shape + " constant", MatrixD::Constant(m, n, 0.3)});
        cases.push_back({shape + " identity", MatrixD::Identity(m, n)});
        const Eigen::Index half = (k + 1) / 2;
        cases.push_back({shape + " of half rank",
                         random_matrix<double>(m, half, rng) * random_matrix<double>(half, n, rng)});
        cases.push_back({shape + " equal singular values", with_spectrum(
                                                               m, n, [](double) { return 2.5; }, rng)});
        cases.push_back({shape + " geometric", with_spectrum(
                                                   m, n, [](double i) { return std::pow(0.1, i); }, rng)});
        cases.push_back({shape + " one large, the others tiny",
                         with_spectrum(
                             m, n, [](double i) { return i == 0 ? 1e12 : 1e-12; }, rng)});
        MatrixD wild(m, n);
        for (Eigen::Index i = 0; i < wild.size(); ++i) {
            wild.data()[i] = (rng.uniform() < 0.5 ? -1 : 1) * std::pow(10.0, rng.uniform(-30, 30));
        }
        cases.push_back({shape + " entries 1e-30 to 1e30", wild});
        MatrixD sparse = MatrixD::Zero(m, n);
        sparse(m - 1, n - 1) = -7;
        cases.push_back({shape + " one entry", sparse});
        MatrixD twins = random_matrix<double>(m, n, rng);
        for (Eigen::Index i = 1; i < m; i += 2) twins.row(i) = twins.row(i - 1);
        cases.push_back({shape + " repeated rows", twins});
    }
    return cases;
}

TEST(SvdProperty, FourNumbersAndEveryTailOnHardMatrices) {
    for (const Case& c : hard_matrices()) {
        EXPECT_EQ(complaint(svd_errors<double>(c.matrix, thin_svd<double>(c.matrix)),
                            svd_tolerance<double>(c.matrix)),
                  "")
            << c.name << ", double";
        const MatrixF narrow = c.matrix.cast<float>();
        EXPECT_EQ(complaint(svd_errors<float>(narrow, thin_svd<float>(narrow)), svd_tolerance<float>(narrow)),
                  "")
            << c.name << ", float";
    }
}

// Each way of being wrong by 50 tolerances must be seen; otherwise the test above proves nothing.
TEST(SvdProperty, TheChecksSeeEveryKindOfError) {
    Rng rng(12);
    const MatrixF a = random_matrix<float>(24, 15, rng);
    const Svd<float> right = thin_svd<float>(a);
    const double tolerance = svd_tolerance<float>(a);
    const auto step = static_cast<float>(50 * tolerance);
    ASSERT_EQ(complaint(svd_errors<float>(a, right), tolerance), "");
    const auto found = [&](const std::function<void(Svd<float>&)>& spoil) {
        Svd<float> wrong = right;
        spoil(wrong);
        return complaint(svd_errors<float>(a, wrong), tolerance);
    };
    const auto contains = [](const std::string& text, const char* part) {
        return text.find(part) != std::string::npos;
    };
    EXPECT_TRUE(contains(found([](auto& svd) { svd.u.col(3) *= -1; }), "reconstruction"));
    EXPECT_TRUE(contains(found([](auto& svd) { svd.vt.row(5) *= -1; }), "tail"));
    EXPECT_TRUE(contains(found([&](auto& svd) { svd.u.col(2) *= 1 + step; }), "orthogonality of U"));
    EXPECT_TRUE(
        contains(found([&](auto& svd) { svd.vt.row(2) += step * svd.vt.row(1); }), "orthogonality of V"));
    EXPECT_TRUE(contains(found([&](auto& svd) { svd.s[0] += 2 * step * a.norm(); }), "reconstruction"));
    EXPECT_TRUE(contains(found([](auto& svd) {
                             std::swap(svd.s[4], svd.s[5]);
                             svd.u.col(4).swap(svd.u.col(5));
                             svd.vt.row(4).swap(svd.vt.row(5));
                         }),
                         "disorder"));
    EXPECT_TRUE(contains(found([](auto& svd) {
                             svd.s[14] *= -1;
                             svd.u.col(14) *= -1;
                         }),
                         "disorder"));
    EXPECT_TRUE(contains(found([](auto& svd) { svd.s[7] = std::numeric_limits<float>::quiet_NaN(); }),
                         "reconstruction"));
}

TEST(SvdProperty, SingularValuesEqualThoseOfEigensJacobiMethod) {
    for (const Case& c : hard_matrices()) {
        const VectorD expected = Eigen::JacobiSVD<Eigen::MatrixXd>(c.matrix).singularValues();
        const VectorD s = thin_svd<double>(c.matrix).s;
        EXPECT_LE((s - expected).cwiseAbs().maxCoeff(), svd_tolerance<double>(c.matrix) * expected[0])
            << c.name;
        const MatrixF narrow = c.matrix.cast<float>();
        const VectorD rounded = Eigen::JacobiSVD<Eigen::MatrixXd>(narrow.cast<double>()).singularValues();
        const VectorD single = thin_svd<float>(narrow).s.cast<double>();
        EXPECT_LE((single - rounded).cwiseAbs().maxCoeff(), svd_tolerance<float>(narrow) * rounded[0])
            << c.name;
    }
    // Control: float's singular values do not pass at double's tolerance.
    Rng rng(13);
    const MatrixF a = random_matrix<float>(31, 31, rng);
    const MatrixD wide = a.cast<double>();
    const VectorD expected = Eigen::JacobiSVD<Eigen::MatrixXd>(wide).singularValues();
    EXPECT_GT((thin_svd<float>(a).s.cast<double>() - expected).cwiseAbs().maxCoeff(),
              10 * svd_tolerance<double>(wide) * expected[0]);
}

TEST(SvdProperty, SingularValuesAloneAreTheSame) {
    for (const Case& c : hard_matrices()) {
        const VectorD expected = thin_svd<double>(c.matrix).s;
        const double norm = expected.size() > 0 ? expected[0] : 0;
        EXPECT_LE((singular_values<double>(c.matrix) - expected).norm(),
                  svd_tolerance<double>(c.matrix) * norm)
            << c.name;
        const MatrixF narrow = c.matrix.cast<float>();
        EXPECT_LE((singular_values<float>(narrow).cast<double>() - expected).norm(),
                  svd_tolerance<float>(narrow) * norm)
            << c.name;
    }
    EXPECT_EQ(singular_values<float>(MatrixF(0, 4)).size(), 0);
    EXPECT_EQ(singular_values<float>(MatrixF::Zero(3, 4)), VectorF::Zero(3));
    for (const float scale : {1e-38F, 1e37F}) {
        const VectorF s = singular_values<float>(MatrixF(scale * MatrixF::Identity(3, 2)));
        EXPECT_NEAR(s[0] / scale, 1, 1e-5) << scale;
    }
    EXPECT_THROW((void)singular_values<float>(MatrixF::Constant(30, 30, 3e38F)), NumericalError);
    EXPECT_THROW((void)singular_values<float>(MatrixF::Constant(2, 3, NAN)), NumericalError);
}

TEST(SvdProperty, KnownSpectraComeBack) {
    Rng rng(14);
    const auto value = [](double i) { return std::pow(0.7, i); };
    const MatrixD a = with_spectrum(40, 25, value, rng);
    const VectorD s = thin_svd<double>(a).s;
    for (Eigen::Index i = 0; i < s.size(); ++i) {
        EXPECT_NEAR(s[i], value(static_cast<double>(i)), svd_tolerance<double>(a)) << i;
    }
    // Rank 6: exactly the first six are above the noise.
    const MatrixD low = with_spectrum(
        40, 25, [](double i) { return i < 6 ? 1.0 : 0.0; }, rng);
    const VectorD spectrum = thin_svd<double>(low).s;
    EXPECT_EQ((spectrum.array() > svd_tolerance<double>(low)).count(), 6);
}

TEST(SvdProperty, PowersOfTwoScaleTheResultExactly) {
    Rng rng(15);
    const MatrixF a = random_matrix<float>(23, 37, rng);
    const Svd<float> svd = thin_svd<float>(a);
    for (const int exponent : {-90, -1, 1, 90}) {
        const float factor = std::ldexp(1.0F, exponent);
        const Svd<float> scaled = thin_svd<float>(MatrixF(a * factor));
        EXPECT_EQ(scaled.s, VectorF(svd.s * factor)) << exponent;
        EXPECT_EQ(scaled.u, svd.u) << exponent;
        EXPECT_EQ(scaled.vt, svd.vt) << exponent;
    }
}

TEST(SvdProperty, TheTransposeHasTheSameSingularValues) {
    for (const Case& c : hard_matrices()) {
        const VectorD s = thin_svd<double>(c.matrix).s;
        const VectorD t = thin_svd<double>(MatrixD(c.matrix.transpose())).s;
        EXPECT_LE((s - t).cwiseAbs().maxCoeff(), svd_tolerance<double>(c.matrix) * s[0]) << c.name;
    }
}

TEST(SvdProperty, NoOtherMatrixOfRankRIsNearer) {
    Rng rng(16);
    const MatrixD a = random_matrix<double>(20, 14, rng);
    const Svd<double> svd = thin_svd<double>(a);
    for (const Eigen::Index r : {1, 4, 9}) {
        const MatrixD b = svd.u.leftCols(r) * svd.s.head(r).asDiagonal();
        const MatrixD c = svd.vt.topRows(r);
        const double best = (a - b * c).norm();
        for (int trial = 0; trial < 100; ++trial) {
            const double size = std::pow(10.0, rng.uniform(-4, 1));
            const MatrixD near_b = b + size * random_matrix<double>(20, r, rng);
            const MatrixD near_c = c + size * random_matrix<double>(r, 14, rng);
            EXPECT_GE((a - near_b * near_c).norm(), best * (1 - svd_tolerance<double>(a)));
        }
    }
}

TEST(SvdProperty, OneBadEntryAnywhereIsRefused) {
    Rng rng(17);
    for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
                            -std::numeric_limits<float>::infinity()}) {
        for (const Eigen::Index place : {0, 59, 119}) {
            MatrixF a = random_matrix<float>(12, 10, rng);
            a.data()[place] = bad;
            try {
                (void)thin_svd<float>(a, "res1.layer2.weight");
                ADD_FAILURE() << bad << " at " << place << " was accepted";
            } catch (const NumericalError& error) {
                const std::string message = error.what();
                EXPECT_NE(message.find("res1.layer2.weight (12, 10)"), std::string::npos) << message;
                EXPECT_EQ(message.find('\n'), std::string::npos) << message;
            }
        }
    }
}

}  // namespace
}  // namespace eckart::linalg
