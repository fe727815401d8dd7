#include "eckart/linalg/matrix_exponential.hpp"

#include <fmt/core.h>

#include <cmath>
#include <limits>

#include "core/shown.hpp"
#include "eckart/core/error.hpp"
#include "eckart/linalg/product.hpp"
#include "eckart/linalg/symmetric_eigen.hpp"
#include "linalg/pade_exponential.hpp"

namespace eckart::linalg {

namespace {

/// Rounding of a matrix that was computed to be symmetric or skew.
template <class T>
double structure_tolerance(const Matrix<T>& a) {
    return 4 * static_cast<double>(a.rows()) * static_cast<double>(std::numeric_limits<T>::epsilon());
}

template <class T>
void require_skew(const Matrix<T>& a, std::string_view name) {
    const MatrixD& wide = a.template cast<double>();
    const double symmetric = (wide + wide.transpose()).stableNorm();
    const double norm = wide.stableNorm();
    if (!(symmetric <= structure_tolerance(a) * norm)) {
        throw InvalidArgument(fmt::format(
            "{} ({}, {}) is not skew-symmetric: |A + At| is {:.3g} |A|, more than {:.3g}; pass (A - At) / 2 "
            "if that is meant",
            name, a.rows(), a.cols(), symmetric / norm, structure_tolerance(a)));
    }
}

/// (exp(x) - exp(y)) / (x - y) without cancellation: the entry that stands beside exp(x) and exp(y) in the
/// exponential of [x 1; 0 y].
double divided_difference(double x, double y) {
    const double half = (x - y) / 2;
    if (std::abs(half) > 0.5) return (std::exp(x) - std::exp(y)) / (x - y);
    const double mean = std::exp((x + y) / 2);
    return half == 0 ? mean : mean * std::sinh(half) / half;
}

/// Writes what is known of exp(2^-s A) for an upper triangular `a` without the series: its diagonal and the
/// one above. Reference: Al-Mohy and Higham 2009, code fragment 2.1.
void write_known_diagonals(const MatrixD& a, int s, MatrixD& x) {
    const double factor = std::ldexp(1.0, -s);
    for (Eigen::Index i = 0; i < a.rows(); ++i) {
        x(i, i) = std::exp(factor * a(i, i));
        if (i + 1 == a.rows()) break;
        x(i, i + 1) = factor * a(i, i + 1) * divided_difference(factor * a(i, i), factor * a(i + 1, i + 1));
    }
}

bool is_upper_triangular(const MatrixD& a) {
    for (Eigen::Index i = 1; i < a.rows(); ++i) {
        if (!(a.row(i).head(i).array() == 0).all()) return false;
    }
    return true;
}

MatrixD expm_double(const MatrixD& a, std::string_view name) {
    const bool triangular = is_upper_triangular(a);
    if (!triangular && is_upper_triangular(a.transpose()))
        return expm_double(a.transpose(), name).transpose();
    ScaledExponential<double> x = scaled_exponential(a, name);
    if (triangular) write_known_diagonals(a, x.squarings, x.value);
    for (int s = x.squarings; s > 0; --s) {
        x.value = multiply(x.value, x.value);
        if (triangular) write_known_diagonals(a, s - 1, x.value);
        require_exponential_in_range(x.value, a, name);
    }
    require_exponential_in_range(x.value, a, name);
    return std::move(x.value);
}

/// One step of Newton and Schulz to the nearest orthogonal matrix.
template <class T>
void orthogonalize(Matrix<T>& x) {
    Matrix<T> correction = multiply_tn(x, x);
    correction *= T(-0.5);
    correction.diagonal().array() += T(1.5);
    x = multiply(x, correction);
}

}  // namespace

template <class T>
Matrix<T> expm(const Matrix<T>& a, std::string_view name) {
    check_exponential_input(a, name);
    if (a.rows() == 0) return a;
    const MatrixD wide = expm_double(a.template cast<double>(), name);
    Matrix<T> result = wide.template cast<T>();
    require_exponential_in_range(result, a, name);
    return result;
}

template <class T>
Matrix<T> expm_symmetric(const Matrix<T>& a, std::string_view name) {
    check_exponential_input(a, name);
    if (a.rows() == 0) return a;
    require_symmetric(a, structure_tolerance(a), name);
    const SymmetricEigen<T> eigen = symmetric_eigen(a, name);
    const Matrix<T> root = eigen.vectors * (eigen.values.array() / T(2)).exp().matrix().asDiagonal();
    Matrix<T> result = multiply_nt(root, root);
    result.template triangularView<Eigen::StrictlyUpper>() = result.transpose();
    require_exponential_in_range(result, a, name);
    return result;
}

template <class T>
Matrix<T> expm_skew(const Matrix<T>& a, std::string_view name) {
    check_exponential_input(a, name);
    if (a.rows() == 0) return a;
    require_skew(a, name);
    constexpr int kSquaringsBetween = 8;
    const Matrix<T> skew = a / T(2) - a.transpose() / T(2);
    ScaledExponential<T> x = scaled_exponential(skew, name);
    for (int done = 1; done <= x.squarings; ++done) {
        x.value = multiply(x.value, x.value);
        if (done % kSquaringsBetween == 0) orthogonalize(x.value);
    }
    orthogonalize(x.value);
    return std::move(x.value);
}

#define ECKART_INSTANTIATE(T)                                                              \
    template ECKART_SHOWN Matrix<T> expm<T>(const Matrix<T>&, std::string_view);           \
    template ECKART_SHOWN Matrix<T> expm_symmetric<T>(const Matrix<T>&, std::string_view); \
    template ECKART_SHOWN Matrix<T> expm_skew<T>(const Matrix<T>&, std::string_view);
ECKART_INSTANTIATE(float)
ECKART_INSTANTIATE(double)
#undef ECKART_INSTANTIATE

}  // namespace eckart::linalg
