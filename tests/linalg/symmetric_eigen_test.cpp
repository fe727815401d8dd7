#include "eckart/linalg/symmetric_eigen.hpp"

#include <gtest/gtest.h>

#include <Eigen/Eigenvalues>
#include <cmath>
#include <limits>
#include <string>

#include "eckart/core/error.hpp"
#include "random_matrix.hpp"

namespace eckart::linalg {
namespace {

using test::random_matrix;

/// The larger of |A - Q diag(w) Qt|_F / |A|_F and |Qt Q - I|_F, in double.
template <class T>
double eigen_error(const Matrix<T>& a, const SymmetricEigen<T>& eigen) {
    const MatrixD q = eigen.vectors.template cast<double>();
    const MatrixD wide = a.template cast<double>();
    const MatrixD rebuilt = q * eigen.values.template cast<double>().asDiagonal() * q.transpose();
    const double norm = std::max(wide.norm(), std::numeric_limits<double>::min());
    return std::max((wide - rebuilt).norm() / norm,
                    (q.transpose() * q - MatrixD::Identity(q.cols(), q.cols())).norm());
}

template <class T>
void expect_decomposition(const Matrix<T>& a) {
    const double tolerance =
        4 * static_cast<double>(a.rows() + 1) * static_cast<double>(std::numeric_limits<T>::epsilon());
    SymmetricEigen<T> eigen = symmetric_eigen<T>(a);
    EXPECT_LE(eigen_error(a, eigen), tolerance) << a.rows();
    EXPECT_TRUE(std::is_sorted(eigen.values.data(), eigen.values.data() + eigen.values.size()));
    if (a.rows() > 1 && eigen.values[0] < eigen.values[a.rows() - 1]) {
        eigen.vectors.transposeInPlace();
        if (!eigen.vectors.isApprox(eigen.vectors.transpose(), T(1e-3))) {
            EXPECT_GT(eigen_error(a, eigen), tolerance) << "rows taken for columns";
        }
    }
}

template <class T>
void expect_decompositions() {
    Rng rng(31);
    for (const Eigen::Index n : {1, 2, 3, 10, 65}) {
        const Matrix<T> b = random_matrix<T>(n, n, rng);
        expect_decomposition<T>(b + b.transpose());
        expect_decomposition<T>(Matrix<T>::Zero(n, n));
        expect_decomposition<T>(Matrix<T>::Identity(n, n));
        const Matrix<T> thin = random_matrix<T>(n, (n + 1) / 2, rng);
        expect_decomposition<T>(thin * thin.transpose());
        Matrix<T> wild = b + b.transpose();
        for (Eigen::Index i = 0; i < n; ++i) {
            const T scale =
                static_cast<T>(std::pow(10.0, 6 - 12 * static_cast<double>(i) / static_cast<double>(n)));
            wild.row(i) *= scale;
            wild.col(i) *= scale;
        }
        expect_decomposition<T>(wild);
    }
}

TEST(SymmetricEigen, RebuildsTheMatrixFromOrthonormalVectors) {
    expect_decompositions<float>();
    expect_decompositions<double>();
}

TEST(SymmetricEigen, AgreesWithEigen) {
    Rng rng(32);
    const MatrixD b = random_matrix<double>(40, 40, rng);
    const MatrixD a = b + b.transpose();
    const VectorD expected = Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(a).eigenvalues();
    EXPECT_LE((symmetric_eigen<double>(a).values - expected).norm(), 1e-13 * a.norm());
}

TEST(SymmetricEigen, KnownSpectrum) {
    MatrixD a(2, 2);
    a << 2, 1, 1, 2;
    const auto eigen = symmetric_eigen<double>(a);
    EXPECT_NEAR(eigen.values[0], 1, 1e-15);
    EXPECT_NEAR(eigen.values[1], 3, 1e-15);
    EXPECT_NEAR(std::abs(eigen.vectors(0, 1)), std::sqrt(0.5), 1e-15);
}

TEST(SymmetricEigen, ReadsTheLowerTriangle) {
    MatrixD a(2, 2);
    a << 2, std::nan(""), 1, 2;
    EXPECT_THROW((void)symmetric_eigen<double>(a), NumericalError);
    a(0, 1) = 77;
    EXPECT_NEAR(symmetric_eigen<double>(a).values[1], 3, 1e-15);
}

TEST(SymmetricEigen, EmptyAndRefused) {
    EXPECT_EQ(symmetric_eigen<double>(MatrixD(0, 0)).values.size(), 0);
    EXPECT_THROW((void)symmetric_eigen<double>(MatrixD::Ones(2, 3)), InvalidArgument);
    EXPECT_THROW((void)symmetric_eigen<double>(MatrixD::Constant(2, 2, INFINITY)), NumericalError);
}

TEST(RequireSymmetric, NamesTheAsymmetry) {
    MatrixD a = MatrixD::Identity(2, 2);
    EXPECT_NO_THROW(require_symmetric<double>(a, 0));
    EXPECT_NO_THROW(require_symmetric<double>(MatrixD::Zero(3, 3), 0));
    a(0, 1) = 1e-3;
    EXPECT_NO_THROW(require_symmetric<double>(a, 1e-2));
    try {
        require_symmetric<double>(a, 1e-6, "A");
        FAIL() << "must throw";
    } catch (const InvalidArgument& error) {
        EXPECT_NE(std::string(error.what()).find("A (2, 2) is not symmetric: |A - At| is 0.001 |A|"),
                  std::string::npos)
            << error.what();
    }
    for (const double scale : {1e-200, 1e200}) {
        EXPECT_THROW(require_symmetric<double>(scale * a, 1e-6), InvalidArgument) << scale;
        EXPECT_NO_THROW(require_symmetric<double>(scale * a, 1e-2)) << scale;
    }
    a(0, 1) = std::nan("");
    EXPECT_THROW(require_symmetric<double>(a, 1e-6), InvalidArgument);
}

}  // namespace
}  // namespace eckart::linalg
