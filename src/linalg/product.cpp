#include "eckart/linalg/product.hpp"

#include <cblas.h>
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

#include "core/shown.hpp"
#include "eckart/core/error.hpp"
#include "linalg/few_rows_product.hpp"

namespace eckart::linalg {

namespace {

struct Side {
    Eigen::Index rows;  ///< of op(A)
    Eigen::Index cols;
    CBLAS_TRANSPOSE transpose;
};

template <class T>
Side side(const Matrix<T>& a, CBLAS_TRANSPOSE transpose) {
    if (transpose == CblasTrans) return {a.cols(), a.rows(), transpose};
    return {a.rows(), a.cols(), transpose};
}

void gemm(const Side& left, const Side& right, const float* a, int lda, const float* b, int ldb, float* c) {
    const auto n = static_cast<int>(right.cols);
    cblas_sgemm(CblasRowMajor, left.transpose, right.transpose, static_cast<int>(left.rows), n,
                static_cast<int>(left.cols), 1.0F, a, lda, b, ldb, 0.0F, c, n);
}

void gemm(const Side& left, const Side& right, const double* a, int lda, const double* b, int ldb,
          double* c) {
    const auto n = static_cast<int>(right.cols);
    cblas_dgemm(CblasRowMajor, left.transpose, right.transpose, static_cast<int>(left.rows), n,
                static_cast<int>(left.cols), 1.0, a, lda, b, ldb, 0.0, c, n);
}

template <class T>
Matrix<T> product(const Matrix<T>& a, CBLAS_TRANSPOSE transpose_a, const Matrix<T>& b,
                  CBLAS_TRANSPOSE transpose_b) {
    constexpr Eigen::Index kLargest = std::numeric_limits<int>::max();
    const Side left = side(a, transpose_a);
    const Side right = side(b, transpose_b);
    if (left.cols != right.rows || std::max({left.rows, left.cols, right.cols}) > kLargest) {
        throw InvalidArgument(
            fmt::format("multiply: ({}, {}) times ({}, {})", left.rows, left.cols, right.rows, right.cols));
    }
    if (left.cols == 0) return Matrix<T>::Zero(left.rows, right.cols);
    if constexpr (std::is_same_v<T, float>) {
        if (suits_few_rows_product(left.rows, left.cols, right.cols)) {
            return few_rows_product(a, transpose_a == CblasTrans, b, transpose_b == CblasTrans);
        }
    }
    Matrix<T> c(left.rows, right.cols);
    if (c.size() == 0) return c;
    gemm(left, right, a.data(), static_cast<int>(a.cols()), b.data(), static_cast<int>(b.cols()), c.data());
    return c;
}

}  // namespace

template <class T>
Matrix<T> multiply(const Matrix<T>& a, const Matrix<T>& b) {
    return product(a, CblasNoTrans, b, CblasNoTrans);
}

template <class T>
Matrix<T> multiply_tn(const Matrix<T>& a, const Matrix<T>& b) {
    return product(a, CblasTrans, b, CblasNoTrans);
}

template <class T>
Matrix<T> multiply_nt(const Matrix<T>& a, const Matrix<T>& b) {
    return product(a, CblasNoTrans, b, CblasTrans);
}

template <class T>
double frobenius_norm(const Matrix<T>& a) {
    return std::sqrt(a.template cast<double>().squaredNorm());
}

template <class T>
double frobenius_distance(const Matrix<T>& a, const Matrix<T>& b) {
    return std::sqrt((a.template cast<double>() - b.template cast<double>()).squaredNorm());
}

#define ECKART_INSTANTIATE(T)                                                           \
    template ECKART_SHOWN Matrix<T> multiply<T>(const Matrix<T>&, const Matrix<T>&);    \
    template ECKART_SHOWN Matrix<T> multiply_tn<T>(const Matrix<T>&, const Matrix<T>&); \
    template ECKART_SHOWN Matrix<T> multiply_nt<T>(const Matrix<T>&, const Matrix<T>&); \
    template ECKART_SHOWN double frobenius_norm<T>(const Matrix<T>&);                   \
    template ECKART_SHOWN double frobenius_distance<T>(const Matrix<T>&, const Matrix<T>&);
ECKART_INSTANTIATE(float)
ECKART_INSTANTIATE(double)
#undef ECKART_INSTANTIATE

}  // namespace eckart::linalg
