#include "eckart/linalg/symmetric_solve.hpp"

#include <fmt/core.h>

#include <limits>
#include <utility>

#include "eckart/core/error.hpp"
#include "eckart/linalg/svd.hpp"
#include "linalg/lapack.hpp"

namespace eckart::linalg {

namespace {

/// As symmetric_eigen(): sizes are counted in 32 bits.
constexpr Eigen::Index kLargestSolveSide = 20'000;

}  // namespace

template <class T>
SymmetricFactors<T>::SymmetricFactors(Matrix<T> a, std::string_view name) : factors_(std::move(a)) {
    const Eigen::Index n = factors_.rows();
    if (n != factors_.cols() || n > kLargestSolveSide) {
        throw InvalidArgument(
            fmt::format("{} ({}, {}) cannot be factorized as symmetric; it must be square with a side of at "
                        "most {}",
                        name, n, factors_.cols(), kLargestSolveSide));
    }
    require_finite(factors_, name);
    if (n == 0) return;
    const T largest = factors_.cwiseAbs().maxCoeff();
    pivots_.resize(static_cast<std::size_t>(n));
    // Column by column the row-major lower triangle is the upper one.
    const int info = lapack::sytrf(static_cast<int>(n), factors_.data(), pivots_.data());
    if (info < 0) {
        throw NumericalError(fmt::format("{} ({}, {}): LAPACK refused its argument {}", name, n, n, -info));
    }
    if (info == 0) return;
    const T pivot = std::numeric_limits<T>::epsilon() * (largest > 0 ? largest : T(1));
    for (Eigen::Index i = 0; i < n; ++i) {
        if (pivots_[static_cast<std::size_t>(i)] <= 0 || factors_(i, i) != 0) continue;
        factors_(i, i) = pivot;
        ++replaced_pivots_;
    }
}

template <class T>
Matrix<T> SymmetricFactors<T>::solve(const Matrix<T>& b) const {
    if (b.rows() != factors_.rows()) {
        throw InvalidArgument(fmt::format("a right-hand side ({}, {}) does not fit a matrix ({}, {})",
                                          b.rows(), b.cols(), factors_.rows(), factors_.cols()));
    }
    if (b.size() == 0) return b;
    Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::ColMajor> columns = b;
    const int info = lapack::sytrs(static_cast<int>(b.rows()), static_cast<int>(b.cols()), factors_.data(),
                                   pivots_.data(), columns.data());
    if (info != 0) throw NumericalError(fmt::format("LAPACK refused argument {} of a solve", -info));
    return columns;
}

template class SymmetricFactors<float>;
template class SymmetricFactors<double>;

}  // namespace eckart::linalg
