#include "eckart/linalg/symmetric_eigen.hpp"

#include <fmt/core.h>

#include "core/shown.hpp"
#include "eckart/core/error.hpp"
#include "eckart/linalg/svd.hpp"
#include "linalg/lapack.hpp"

namespace eckart::linalg {

namespace {

/// syevd needs 1 + 6 n + 2 n^2 entries of workspace, counted in 32 bits.
constexpr Eigen::Index kLargestEigenSide = 20'000;

template <class T>
void require_square(const Matrix<T>& a, std::string_view name) {
    if (a.rows() != a.cols()) {
        throw InvalidArgument(
            fmt::format("{} ({}, {}) is not square, so it is not symmetric", name, a.rows(), a.cols()));
    }
}

}  // namespace

template <class T>
SymmetricEigen<T> symmetric_eigen(const Matrix<T>& a, std::string_view name) {
    require_square(a, name);
    if (a.rows() > kLargestEigenSide) {
        throw InvalidArgument(
            fmt::format("{} ({}, {}) is too large for LAPACK's eigen-decomposition; its side "
                        "may be at most {}",
                        name, a.rows(), a.cols(), kLargestEigenSide));
    }
    require_finite(a, name);
    SymmetricEigen<T> result{Vector<T>::Zero(a.rows()), a};
    if (a.rows() == 0) return result;
    // Column by column the row-major lower triangle is the upper one; the eigenvectors come as columns, which
    // are the rows of our storage.
    const int info = lapack::syevd(static_cast<int>(a.rows()), result.vectors.data(), result.values.data());
    if (info != 0) {
        throw NumericalError(
            fmt::format("{} ({}, {}): LAPACK's eigen-decomposition did not converge (info {})", name,
                        a.rows(), a.cols(), info));
    }
    result.vectors.transposeInPlace();
    return result;
}

template <class T>
void require_symmetric(const Matrix<T>& a, double tolerance, std::string_view name) {
    require_square(a, name);
    const MatrixD& wide = a.template cast<double>();
    const double asymmetry = (wide - wide.transpose()).stableNorm();
    const double norm = wide.stableNorm();
    if (!(asymmetry <= tolerance * norm)) {
        throw InvalidArgument(
            fmt::format("{} ({}, {}) is not symmetric: |A - At| is {:.3g} |A|, more than {:.3g}; "
                        "pass (A + At) / 2 if that is meant",
                        name, a.rows(), a.cols(), norm > 0 ? asymmetry / norm : asymmetry, tolerance));
    }
}

template ECKART_SHOWN SymmetricEigen<float> symmetric_eigen<float>(const Matrix<float>&, std::string_view);
template ECKART_SHOWN SymmetricEigen<double> symmetric_eigen<double>(const Matrix<double>&, std::string_view);
template ECKART_SHOWN void require_symmetric<float>(const Matrix<float>&, double, std::string_view);
template ECKART_SHOWN void require_symmetric<double>(const Matrix<double>&, double, std::string_view);

}  // namespace eckart::linalg
