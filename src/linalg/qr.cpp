#include "eckart/linalg/qr.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "core/shown.hpp"
#include "eckart/core/error.hpp"
#include "linalg/lapack.hpp"

namespace eckart::linalg {

template <class T>
Qr<T> thin_qr(const Matrix<T>& a) {
    const Eigen::Index k = std::min(a.rows(), a.cols());
    Qr<T> result{Matrix<T>::Zero(a.rows(), k), Matrix<T>::Zero(k, a.cols())};
    if (k == 0) return result;
    if (std::max(a.rows(), a.cols()) > std::numeric_limits<int>::max()) {
        throw InvalidArgument(
            fmt::format("thin_qr: a ({}, {}) matrix is too large for LAPACK", a.rows(), a.cols()));
    }
    // The row-major A is, column by column, At (n, m) = Rt Qt: an LQ factorization.
    Matrix<T> work = a;
    const auto rows = static_cast<int>(a.cols());
    const auto cols = static_cast<int>(a.rows());
    std::vector<T> tau(static_cast<std::size_t>(k));
    int info = lapack::gelqf(rows, cols, work.data(), tau.data());
    // L (n, k) lies below the diagonal of the columns, that is, R above the diagonal of the rows.
    result.r = work.topRows(k).template triangularView<Eigen::Upper>();
    if (info == 0) info = lapack::orglq(rows, cols, static_cast<int>(k), work.data(), tau.data());
    if (info != 0) throw NumericalError(fmt::format("thin_qr: LAPACK failed (info {})", info));
    result.q = work.leftCols(k);
    return result;
}

template ECKART_SHOWN Qr<float> thin_qr<float>(const Matrix<float>&);
template ECKART_SHOWN Qr<double> thin_qr<double>(const Matrix<double>&);

}  // namespace eckart::linalg
