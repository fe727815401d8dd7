#include "eckart/ops/elementwise.hpp"

#include <fmt/core.h>

#include <cmath>
#include <limits>

#include "core/shown.hpp"
#include "eckart/core/error.hpp"
#include "ops/multiversion.hpp"

namespace eckart::ops {

namespace {

void check_same_shape(const char* function, Eigen::Index rows1, Eigen::Index cols1, Eigen::Index rows2,
                      Eigen::Index cols2) {
    if (rows1 == rows2 && cols1 == cols2) return;
    throw InvalidArgument(
        fmt::format("{}: shapes ({}, {}) and ({}, {}) differ", function, rows1, cols1, rows2, cols2));
}

template <class T>
[[gnu::always_inline]] inline void relu_backward_kernel(const T* y, T* dy, Eigen::Index count) {
    for (Eigen::Index i = 0; i < count; ++i) dy[i] = y[i] > T(0) ? dy[i] : T(0);
}

ECKART_MULTIVERSION void relu_backward_loop(const float* y, float* dy, Eigen::Index count) {
    relu_backward_kernel(y, dy, count);
}

void relu_backward_loop(const double* y, double* dy, Eigen::Index count) {
    relu_backward_kernel(y, dy, count);
}

/// The row's maximum and log(sum(exp(z - maximum))), and whether the first maximum is at `label`.
struct RowSums {
    double maximum;
    double log_sum;
    bool correct;
};

template <class T>
RowSums row_sums(const T* z, Eigen::Index classes, std::uint8_t label) {
    Eigen::Index largest = 0;
    for (Eigen::Index c = 1; c < classes; ++c) {
        if (z[c] > z[largest]) largest = c;
    }
    const auto maximum = static_cast<double>(z[largest]);
    double sum = 0;
    for (Eigen::Index c = 0; c < classes; ++c) sum += std::exp(static_cast<double>(z[c]) - maximum);
    return {maximum, std::log(sum), largest == label};
}

template <class T>
void check_labels(ConstMatrixView<T> logits, std::span<const std::uint8_t> labels) {
    if (static_cast<std::size_t>(logits.rows()) != labels.size()) {
        throw InvalidArgument(
            fmt::format("softmax_nll: {} rows of logits but {} labels", logits.rows(), labels.size()));
    }
    for (const std::uint8_t label : labels) {
        if (label >= logits.cols()) {
            throw InvalidArgument(
                fmt::format("softmax_nll: label {} but only {} classes", label, logits.cols()));
        }
    }
}

}  // namespace

template <class T>
void add_relu(ConstMatrixView<T> x, const T* residual, bool relu, MatrixView<T> y) {
    check_same_shape("add_relu", x.rows(), x.cols(), y.rows(), y.cols());
    if (residual != nullptr) {
        y = x + ConstMatrixView<T>(residual, x.rows(), x.cols());
    } else if (y.data() != x.data()) {
        y = x;
    }
    if (relu) y = y.cwiseMax(T(0));
}

template <class T>
void relu_backward(ConstMatrixView<T> y, MatrixView<T> dy) {
    check_same_shape("relu_backward", y.rows(), y.cols(), dy.rows(), dy.cols());
    relu_backward_loop(y.data(), dy.data(), y.size());
}

template <class T>
void add_in_place(ConstMatrixView<T> addend, MatrixView<T> sum) {
    check_same_shape("add_in_place", addend.rows(), addend.cols(), sum.rows(), sum.cols());
    sum += addend;
}

template <class T>
LossSum softmax_nll(ConstMatrixView<T> logits, std::span<const std::uint8_t> labels) {
    check_labels(logits, labels);
    LossSum total;
    for (Eigen::Index row = 0; row < logits.rows(); ++row) {
        const T* z = logits.data() + row * logits.cols();
        const std::uint8_t label = labels[static_cast<std::size_t>(row)];
        const RowSums sums = row_sums(z, logits.cols(), label);
        total.loss += sums.log_sum + (sums.maximum - static_cast<double>(z[label]));
        total.correct += sums.correct ? 1 : 0;
    }
    return total;
}

template <class T>
LossSum softmax_nll_backward(ConstMatrixView<T> logits, std::span<const std::uint8_t> labels,
                             MatrixView<T> dlogits) {
    check_labels(logits, labels);
    check_same_shape("softmax_nll_backward", logits.rows(), logits.cols(), dlogits.rows(), dlogits.cols());
    LossSum total;
    const double scale = 1.0 / static_cast<double>(std::max<Eigen::Index>(logits.rows(), 1));
    for (Eigen::Index row = 0; row < logits.rows(); ++row) {
        const T* z = logits.data() + row * logits.cols();
        T* gradient = dlogits.data() + row * logits.cols();
        const std::uint8_t label = labels[static_cast<std::size_t>(row)];
        const RowSums sums = row_sums(z, logits.cols(), label);
        for (Eigen::Index c = 0; c < logits.cols(); ++c) {
            const double probability = std::exp((static_cast<double>(z[c]) - sums.maximum) - sums.log_sum);
            gradient[c] = static_cast<T>(scale * (probability - (c == label ? 1.0 : 0.0)));
        }
        total.loss += sums.log_sum + (sums.maximum - static_cast<double>(z[label]));
        total.correct += sums.correct ? 1 : 0;
    }
    return total;
}

#define ECKART_INSTANTIATE(T)                                                                                \
    template ECKART_SHOWN void add_relu<T>(ConstMatrixView<T>, const T*, bool, MatrixView<T>);               \
    template ECKART_SHOWN void relu_backward<T>(ConstMatrixView<T>, MatrixView<T>);                          \
    template ECKART_SHOWN void add_in_place<T>(ConstMatrixView<T>, MatrixView<T>);                           \
    template ECKART_SHOWN LossSum softmax_nll<T>(ConstMatrixView<T>, std::span<const std::uint8_t>);         \
    template ECKART_SHOWN LossSum softmax_nll_backward<T>(ConstMatrixView<T>, std::span<const std::uint8_t>, \
                                                          MatrixView<T>);
ECKART_INSTANTIATE(float)
ECKART_INSTANTIATE(double)
#undef ECKART_INSTANTIATE

}  // namespace eckart::ops
