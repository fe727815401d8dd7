#include "eckart/linalg/svd.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/shown.hpp"
#include "eckart/core/error.hpp"
#include "linalg/lapack.hpp"
#include "linalg/power_of_two.hpp"

namespace eckart::linalg {

namespace {

constexpr Eigen::Index kLargestSide = std::numeric_limits<int>::max();
constexpr Eigen::Index kLargestRank = 20'000;

template <class T>
void check_input(const Matrix<T>& a, std::string_view name) {
    require_finite(a, name);
    if (a.rows() > kLargestSide || a.cols() > kLargestSide || std::min(a.rows(), a.cols()) > kLargestRank) {
        throw InvalidArgument(
            fmt::format("{} ({}, {}) is too large for LAPACK's SVD; its smaller side may be at most {}", name,
                        a.rows(), a.cols(), kLargestRank));
    }
}

template <class T>
void check_values(const Vector<T>& values, std::string_view name) {
    const T* const begin = values.data();
    const T* const end = begin + values.size();
    if (!std::all_of(begin, end, [](T s) { return std::isfinite(s) && s >= 0; }) ||
        !std::is_sorted(begin, end, std::greater<T>())) {
        throw NumericalError(
            fmt::format("{}: its singular values leave the range of {}; scale the matrix down", name,
                        sizeof(T) == sizeof(float) ? "float32" : "float64"));
    }
}

template <class T>
[[noreturn]] void fail(const Matrix<T>& a, int info, std::string_view name) {
    throw NumericalError(
        fmt::format("{} ({}, {}): LAPACK's SVD did not converge (info {})", name, a.rows(), a.cols(), info));
}

/// LAPACK works on columns. The row-major A is, column by column, the matrix At = V diag(s) Ut; so its left
/// factor (n, k) is Vt by rows, and its right factor (k, m) is U by rows: nothing is transposed.
template <class T, class Driver>
int run(Driver driver, Matrix<T> scaled, Svd<T>& svd) {
    return driver(static_cast<int>(scaled.cols()), static_cast<int>(scaled.rows()), scaled.data(),
                  svd.s.data(), svd.vt.data(), svd.u.data());
}

}  // namespace

template <class T>
void require_finite(const Matrix<T>& a, std::string_view name) {
    const auto bad = std::count_if(a.data(), a.data() + a.size(), [](T x) { return !std::isfinite(x); });
    if (bad > 0) {
        throw NumericalError(
            fmt::format("{} ({}, {}): {} entries are NaN or infinite, so nothing can be computed from it",
                        name, a.rows(), a.cols(), bad));
    }
}

template <class T>
Svd<T> thin_svd(const Matrix<T>& a, std::string_view name) {
    check_input(a, name);
    const Eigen::Index k = std::min(a.rows(), a.cols());
    Svd<T> svd{Matrix<T>::Zero(a.rows(), k), Vector<T>::Zero(k), Matrix<T>::Zero(k, a.cols())};
    if (k == 0) return svd;
    const int exponent = exponent_of(a);
    const auto scaled = [&] { return times_power_of_two(a, -exponent); };
    const auto gesdd = [](int r, int c, T* x, T* s, T* u, T* vt) { return lapack::gesdd(r, c, x, s, u, vt); };
    const auto gesvd = [](int r, int c, T* x, T* s, T* u, T* vt) { return lapack::gesvd(r, c, x, s, u, vt); };
    int info = run<T>(gesdd, scaled(), svd);
    if (info > 0) info = run<T>(gesvd, scaled(), svd);
    if (info != 0) fail(a, info, name);
    svd.s = svd.s.unaryExpr([=](T s) { return std::ldexp(s, exponent); });
    check_values(svd.s, name);
    return svd;
}

template <class T>
Vector<T> singular_values(Matrix<T> a, std::string_view name) {
    check_input(a, name);
    Vector<T> values = Vector<T>::Zero(std::min(a.rows(), a.cols()));
    if (values.size() == 0) return values;
    const int exponent = exponent_of(a);
    scale_by_power_of_two(a, -exponent);
    const int info =
        lapack::gesdd_values(static_cast<int>(a.cols()), static_cast<int>(a.rows()), a.data(), values.data());
    if (info != 0) fail(a, info, name);
    values = values.unaryExpr([=](T s) { return std::ldexp(s, exponent); });
    check_values(values, name);
    return values;
}

template ECKART_SHOWN void require_finite<float>(const Matrix<float>&, std::string_view);
template ECKART_SHOWN void require_finite<double>(const Matrix<double>&, std::string_view);
template ECKART_SHOWN Svd<float> thin_svd<float>(const Matrix<float>&, std::string_view);
template ECKART_SHOWN Svd<double> thin_svd<double>(const Matrix<double>&, std::string_view);
template ECKART_SHOWN Vector<float> singular_values<float>(Matrix<float>, std::string_view);
template ECKART_SHOWN Vector<double> singular_values<double>(Matrix<double>, std::string_view);

}  // namespace eckart::linalg
