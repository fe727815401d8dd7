#include "eckart/linalg/product.hpp"

#include <cblas.h>
#include <fmt/core.h>

#include <cmath>
#include <limits>

#include "eckart/core/error.hpp"

namespace eckart::linalg {

namespace {

void gemm(int m, int n, int k, const float* a, const float* b, float* c) {
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, m, n, k, 1.0F, a, k, b, n, 0.0F, c, n);
}

void gemm(int m, int n, int k, const double* a, const double* b, double* c) {
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, m, n, k, 1.0, a, k, b, n, 0.0, c, n);
}

}  // namespace

template <class T>
Matrix<T> multiply(const Matrix<T>& a, const Matrix<T>& b) {
    constexpr Eigen::Index kLargest = std::numeric_limits<int>::max();
    if (a.cols() != b.rows() || a.rows() > kLargest || a.cols() > kLargest || b.cols() > kLargest) {
        throw InvalidArgument(
            fmt::format("multiply: ({}, {}) times ({}, {})", a.rows(), a.cols(), b.rows(), b.cols()));
    }
    Matrix<T> c = Matrix<T>::Zero(a.rows(), b.cols());
    if (c.size() == 0 || a.cols() == 0) return c;
    gemm(static_cast<int>(a.rows()), static_cast<int>(b.cols()), static_cast<int>(a.cols()), a.data(),
         b.data(), c.data());
    return c;
}

template <class T>
double frobenius_norm(const Matrix<T>& a) {
    return std::sqrt(a.template cast<double>().squaredNorm());
}

template <class T>
double frobenius_distance(const Matrix<T>& a, const Matrix<T>& b) {
    return std::sqrt((a.template cast<double>() - b.template cast<double>()).squaredNorm());
}

#define ECKART_INSTANTIATE(T)                                           \
    template Matrix<T> multiply<T>(const Matrix<T>&, const Matrix<T>&); \
    template double frobenius_norm<T>(const Matrix<T>&);                \
    template double frobenius_distance<T>(const Matrix<T>&, const Matrix<T>&);
ECKART_INSTANTIATE(float)
ECKART_INSTANTIATE(double)
#undef ECKART_INSTANTIATE

}  // namespace eckart::linalg
