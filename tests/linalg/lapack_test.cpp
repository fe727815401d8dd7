#include "linalg/lapack.hpp"

#include <gtest/gtest.h>

#include "eckart/linalg/qr.hpp"
#include "random_matrix.hpp"
#include "svd_checks.hpp"

namespace eckart::linalg {
namespace {

using test::random_matrix;

/// The SVD of a row-major `a` by one of LAPACK's drivers alone, as thin_svd() calls it.
template <class T>
Svd<T> svd_by(int (*driver)(int, int, T*, T*, T*, T*), Matrix<T> a) {
    const Eigen::Index k = std::min(a.rows(), a.cols());
    Svd<T> svd{Matrix<T>::Zero(a.rows(), k), Vector<T>::Zero(k), Matrix<T>::Zero(k, a.cols())};
    EXPECT_EQ(driver(static_cast<int>(a.cols()), static_cast<int>(a.rows()), a.data(), svd.s.data(),
                     svd.vt.data(), svd.u.data()),
              0);
    return svd;
}

// thin_svd() falls back on gesvd only where gesdd fails, which no known matrix makes it do: so each is tested
// alone.
template <class T>
void expect_both_drivers() {
    Rng rng(31);
    for (const auto& [m, n] :
         {std::pair(1, 1), std::pair(1, 8), std::pair(8, 1), std::pair(40, 12), std::pair(12, 40)}) {
        const auto a = random_matrix<T>(m, n, rng);
        const Svd<T> divide = svd_by<T>(&lapack::gesdd, a);
        const Svd<T> iterate = svd_by<T>(&lapack::gesvd, a);
        const double tolerance = test::svd_tolerance<T>(a);
        EXPECT_EQ(test::complaint(test::svd_errors<T>(a, divide), tolerance), "") << m << " x " << n;
        EXPECT_EQ(test::complaint(test::svd_errors<T>(a, iterate), tolerance), "") << m << " x " << n;
        EXPECT_LE((divide.s - iterate.s).cwiseAbs().maxCoeff(), static_cast<T>(tolerance) * divide.s[0]);
    }
}

TEST(Lapack, DivideAndConquerAndQrIterationAgree) {
    expect_both_drivers<float>();
    expect_both_drivers<double>();
}

TEST(ThinQr, MeetsItsAccuracyInBothTypes) {
    Rng rng(32);
    for (const auto& [m, n] : {std::pair(1, 1), std::pair(60, 7), std::pair(7, 60), std::pair(25, 25)}) {
        const auto a = random_matrix<float>(m, n, rng);
        const Qr<float> qr = thin_qr<float>(a);
        const MatrixD q = qr.q.cast<double>();
        const MatrixD r = qr.r.cast<double>();
        const double tolerance = test::svd_tolerance<float>(a);
        EXPECT_LE((q * r - a.cast<double>()).norm(), tolerance * a.cast<double>().norm());
        EXPECT_LE((q.transpose() * q - MatrixD::Identity(q.cols(), q.cols())).norm(), tolerance);
        // Control: a changed entry of R is seen.
        MatrixD spoiled = r;
        spoiled(0, 0) *= 1 + 100 * tolerance;
        EXPECT_GT((q * spoiled - a.cast<double>()).norm(), tolerance * a.cast<double>().norm());
    }
}

TEST(ThinQr, EmptyAndDependentColumns) {
    const Qr<double> empty = thin_qr<double>(MatrixD(5, 0));
    EXPECT_EQ(empty.q.rows(), 5);
    EXPECT_EQ(empty.q.cols(), 0);
    EXPECT_EQ(thin_qr<double>(MatrixD(0, 3)).r.cols(), 3);
    // Columns that depend on each other, and zeros: Q is orthonormal all the same.
    MatrixD a = MatrixD::Zero(9, 4);
    a.col(1).setOnes();
    a.col(3).setConstant(2);
    const Qr<double> qr = thin_qr<double>(a);
    EXPECT_LE((qr.q * qr.r - a).norm(), 1e-13);
    EXPECT_LE((qr.q.transpose() * qr.q - MatrixD::Identity(4, 4)).norm(), 1e-13);
}

}  // namespace
}  // namespace eckart::linalg
