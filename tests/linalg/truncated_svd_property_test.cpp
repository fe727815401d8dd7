#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "eckart/linalg/product.hpp"
#include "eckart/linalg/qr.hpp"
#include "eckart/linalg/truncated_svd.hpp"
#include "linalg/svd_certificate.hpp"
#include "random_matrix.hpp"
#include "svd_checks.hpp"

namespace eckart::linalg {
namespace {

using test::random_matrix;

constexpr double kTolerance = 0.01;

/// Singular values as they come in practice and as they are hard for an iteration; i from 0, rank r.
const std::vector<std::pair<std::string, double (*)(double, double)>> kSpectra = {
    {"flat", [](double, double) { return 1.0; }},
    {"power law", [](double i, double) { return std::pow(i + 1, -0.4); }},
    {"steep power law", [](double i, double) { return std::pow(i + 1, -1.5); }},
    {"step at r", [](double i, double r) { return i < r ? 1.0 : 0.6; }},
    {"step just after r", [](double i, double r) { return i < r + 1 ? 1.0 : 0.6; }},
    {"step just before r", [](double i, double r) { return i < r - 1 ? 1.0 : 0.6; }},
    {"clusters", [](double i, double) { return std::pow(0.7, std::floor(i / 7)) + 0.05; }},
    {"geometric", [](double i, double) { return std::pow(0.9, i); }},
    {"half the rank and noise", [](double i, double r) { return i < r / 2 ? 10.0 : 0.3; }},
    {"one outlier", [](double i, double) { return i == 0 ? 100.0 : std::pow(i, -0.3); }},
};

template <class T>
Matrix<T> with_singular_values(Eigen::Index m, Eigen::Index n, const VectorD& s, Rng& rng) {
    const Eigen::Index k = s.size();
    const MatrixD q = thin_qr<double>(random_matrix<double>(m, k, rng)).q;
    const MatrixD z = thin_qr<double>(random_matrix<double>(n, k, rng)).q;
    return (q * s.asDiagonal() * z.transpose()).cast<T>();
}

VectorD hard_spectrum(std::size_t kind, Eigen::Index k, Eigen::Index r) {
    VectorD s(k);
    for (Eigen::Index i = 0; i < k; ++i) {
        s[i] = kSpectra[kind].second(static_cast<double>(i), static_cast<double>(r));
    }
    std::sort(s.begin(), s.end(), std::greater<>());
    return s;
}

/// |A - U diag(s) Vt|_F over its optimum, in double, minus 1; at least 0 for an `a` of rank r.
template <class T>
double true_excess(const MatrixD& a, const Svd<T>& svd) {
    const MatrixD us = svd.u.template cast<double>() * svd.s.template cast<double>().asDiagonal();
    const VectorD exact = thin_svd<double>(a).s;
    const double best = exact.tail(exact.size() - svd.s.size()).norm();
    const double rounding = 40 * static_cast<double>(std::numeric_limits<T>::epsilon()) * a.norm();
    return ((a - us * svd.vt.template cast<double>()).norm() - rounding) / (best + 1e-300) - 1;
}

template <class T>
void expect_orthonormal(const Svd<T>& svd, const std::string& what) {
    const MatrixD u = svd.u.template cast<double>();
    const MatrixD vt = svd.vt.template cast<double>();
    const MatrixD identity = MatrixD::Identity(vt.rows(), vt.rows());
    const double limit =
        8.0 * static_cast<double>(vt.rows() + 1) * static_cast<double>(std::numeric_limits<T>::epsilon());
    EXPECT_LE((u.transpose() * u - identity).norm(), limit) << what;
    EXPECT_LE((vt * vt.transpose() - identity).norm(), limit) << what;
    EXPECT_TRUE(std::is_sorted(svd.s.begin(), svd.s.end(), std::greater<>())) << what;
}

// Hundreds of matrices, each with what LAPACK says in double as the truth.
TEST(TruncatedSvdProperty, TheExcessIsNeverUnderstated) {
    Rng rng(31);
    int certified = 0;
    int runs = 0;
    for (std::size_t kind = 0; kind < kSpectra.size(); ++kind) {
        for (const auto& [m, n] : {std::pair(60, 90), std::pair(120, 70), std::pair(96, 96)}) {
            for (const Eigen::Index r : {1, 2, 7, 16, 30}) {
                const MatrixF a =
                    with_singular_values<float>(m, n, hard_spectrum(kind, std::min(m, n), r), rng);
                TruncatedSvdOptions options;
                options.rank = r;
                options.method = SvdMethod::kRandomized;
                options.tolerance = r % 2 == 0 ? kTolerance : 0.1;
                options.seed = rng.next_u64();
                const auto result = truncated_svd<float>(a, options);
                const std::string what = kSpectra[kind].first + ' ' + std::to_string(m) + " x " +
                                         std::to_string(n) + " rank " + std::to_string(r) + ' ' +
                                         std::string(to_text(result.method));
                EXPECT_LE(result.excess, options.tolerance) << what;
                EXPECT_LE(true_excess<float>(a.cast<double>(), result.svd), result.excess) << what;
                expect_orthonormal<float>(result.svd, what);
                ++runs;
                if (result.method == SvdMethod::kRandomized) ++certified;
            }
        }
    }
    // Were it to refuse all, it would be right as well.
    EXPECT_GE(certified, runs * 3 / 4) << "of " << runs;
}

TEST(TruncatedSvdProperty, TheExcessIsNeverUnderstatedInDouble) {
    Rng rng(32);
    for (std::size_t kind = 0; kind < kSpectra.size(); ++kind) {
        const MatrixD a = with_singular_values<double>(80, 110, hard_spectrum(kind, 80, 12), rng);
        TruncatedSvdOptions options;
        options.rank = 12;
        options.method = SvdMethod::kRandomized;
        const auto result = truncated_svd<double>(a, options);
        EXPECT_EQ(result.method, SvdMethod::kRandomized) << kSpectra[kind].first;
        EXPECT_LE(true_excess<double>(a, result.svd), result.excess) << kSpectra[kind].first;
        expect_orthonormal<double>(result.svd, kSpectra[kind].first);
    }
}

/// The certificate of the space of all left singular vectors of `a` (m, n), m <= n, up to `size` but the one
/// numbered `left_out`.
RitzCertificate certificate_without(const MatrixD& a, Eigen::Index left_out, Eigen::Index size,
                                    Eigen::Index rank, double tolerance, std::uint64_t seed) {
    SmallSide<double> side(a);
    const MatrixD u = thin_svd<double>(a).u;
    MatrixD x(size, a.rows());
    for (Eigen::Index i = 0; i < size; ++i) x.row(i) = u.col(i < left_out ? i : i + 1).transpose();
    RitzSpace<double> space(side);
    space.append(x, side);
    return certify(side, space, {rank, tolerance, a.squaredNorm()}, Rng(seed));
}

// The control of the tests above. Every residual of such a space is zero: only the probes can see that a
// direction is missing.
TEST(TruncatedSvdProperty, ASpaceWithoutALeadingDirectionIsRefused) {
    Rng rng(33);
    constexpr Eigen::Index kRank = 10;
    VectorD s = VectorD::Constant(60, 0.3);
    for (Eigen::Index i = 0; i < kRank; ++i) s[i] = 2 - 0.05 * static_cast<double>(i);
    const MatrixD a = with_singular_values<double>(60, 80, s, rng);
    const auto whole = certificate_without(a, 59, 20, kRank, kTolerance, 0);
    EXPECT_TRUE(whole.holds);
    EXPECT_LE(whole.excess, kTolerance);
    for (Eigen::Index left_out = 0; left_out < kRank; ++left_out) {
        for (std::uint64_t seed = 0; seed < 20; ++seed) {
            EXPECT_FALSE(certificate_without(a, left_out, 20, kRank, kTolerance, seed).holds) << left_out;
        }
    }
}

// As above, where what is missing is small: refused or not, what is claimed is true.
TEST(TruncatedSvdProperty, ASpaceWithoutADirectionIsNeverCertifiedBelowTheTruth) {
    Rng rng(34);
    constexpr Eigen::Index kRank = 8;
    int held = 0;
    for (int trial = 0; trial < 100; ++trial) {
        VectorD s(50);
        for (Eigen::Index i = 0; i < 50; ++i)
            s[i] = std::pow(static_cast<double>(i) + 1, -rng.uniform(0, 0.6));
        std::sort(s.begin(), s.end(), std::greater<>());
        const MatrixD a = with_singular_values<double>(50, 70, s, rng);
        const auto left_out = static_cast<Eigen::Index>(rng.index(kRank));
        const double tolerance = std::pow(10.0, rng.uniform(-2, 0));
        const auto found = certificate_without(a, left_out, 30, kRank, tolerance, rng.next_u64());
        if (!found.holds) continue;
        ++held;
        const double best = s.tail(50 - kRank).norm();
        EXPECT_LE(std::sqrt(found.squared_error) / best - 1, found.excess) << trial;
    }
    EXPECT_GT(held, 10);
}

// Spaces that are nowhere near converged, where the residuals decide.
TEST(TruncatedSvdProperty, ARandomSpaceIsNeverCertifiedBelowTheTruth) {
    Rng rng(35);
    int held = 0;
    for (int trial = 0; trial < 200; ++trial) {
        const auto kind = static_cast<std::size_t>(trial) % kSpectra.size();
        const auto rank = static_cast<Eigen::Index>(1 + rng.index(10));
        const MatrixD a = with_singular_values<double>(60, 75, hard_spectrum(kind, 60, rank), rng);
        SmallSide<double> side(a);
        MatrixD start = random_matrix<double>(rank + 10, 60, rng);
        for (int power = trial % 4; power > 0; --power) start = side.to_small(side.to_large(start));
        RitzSpace<double> space(side);
        space.append(thin_qr<double>(start.transpose()).q.transpose(), side);
        const double tolerance = std::pow(10.0, rng.uniform(-2, 0));
        const auto found = certify(side, space, {rank, tolerance, a.squaredNorm()}, rng.fork("probes"));
        if (!found.holds) continue;
        ++held;
        const double best = thin_svd<double>(a).s.tail(60 - rank).norm();
        EXPECT_LE(found.excess, tolerance * (1 + 1e-9));
        EXPECT_LE(std::sqrt(found.squared_error) / best - 1, found.excess + 1e-9) << trial;
    }
    EXPECT_GT(held, 40);
}

TEST(TruncatedSvdProperty, AllMethodsReachTheSmallestErrorOnRandomShapes) {
    EXPECT_TRUE(rc::check([] {
        const auto m = *rc::gen::inRange(1, 60);
        const auto n = *rc::gen::inRange(1, 60);
        const auto rank = *rc::gen::inRange(1, 70);
        const auto kind = *rc::gen::inRange<std::size_t>(0, kSpectra.size());
        const auto scale = std::ldexp(1.0, *rc::gen::inRange(-60, 60));
        Rng rng(*rc::gen::arbitrary<std::uint64_t>());
        const VectorD s = scale * hard_spectrum(kind, std::min(m, n), rank);
        const MatrixF a = with_singular_values<float>(m, n, s, rng);
        for (const SvdMethod method : {SvdMethod::kFull, SvdMethod::kGram, SvdMethod::kRandomized}) {
            TruncatedSvdOptions options;
            options.rank = rank;
            options.method = method;
            const auto result = truncated_svd<float>(a, options);
            RC_ASSERT(result.svd.s.size() == std::min({rank, m, n}));
            RC_ASSERT(result.excess <= (method == SvdMethod::kRandomized ? kTolerance : 0));
            RC_ASSERT(true_excess<float>(a.cast<double>(), result.svd) <= result.excess);
        }
    }));
}

TEST(SvdCertificate, TheMajorantLiesAboveAndTouches) {
    for (const int degree : {1, 2, 5, 16}) {
        for (const int power : {0, 1}) {
            for (const double t : {1.02, 1.3, 3.0}) {
                constexpr double kB = 1;
                const double c = chebyshev_majorant(degree, power, kB, t);
                double nearest = std::numeric_limits<double>::infinity();
                for (double x = t * 1.0001; x < 100; x *= 1.0005) {
                    const double chebyshev = std::cosh(degree * std::acosh(2 * x / kB - 1));
                    nearest = std::min(nearest, c * std::pow(x, power) * chebyshev * chebyshev / (x - t));
                }
                EXPECT_GE(nearest, 1);
                if (degree + power > 1) {
                    EXPECT_LE(nearest, 1.001) << degree << ' ' << power << ' ' << t;
                }
            }
        }
    }
}

TEST(SvdCertificate, TheTraceFactorIsAbovePlainQuantiles) {
    // 32 / q, q the quantile of chi-squared with 32 degrees of freedom (SciPy): 7.594 and 10.475.
    EXPECT_GT(trace_factor(32, 1e-9), 7.594);
    EXPECT_LT(trace_factor(32, 1e-9), 1.5 * 7.594);
    EXPECT_GT(trace_factor(32, 1e-11), 10.475);
    for (const double failure : {1e-3, 1e-9}) {
        const double y = 1 / trace_factor(20, failure);
        EXPECT_NEAR(10 * (std::log(y) + 1 - y), std::log(failure), 1e-6);
    }
}

}  // namespace
}  // namespace eckart::linalg
