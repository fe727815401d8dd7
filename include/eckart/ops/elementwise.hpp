#pragma once

#include <cstdint>
#include <span>

#include "eckart/core/matrix.hpp"

#pragma GCC visibility push(default)

namespace eckart::ops {

/// Y = f(X + R): R (N, m) row-major is added when `residual` is not null, f is the ReLU when `relu`. What a
/// backend fuses into a product, for where there is none. Shapes of `x` and `y` agree; `y` may be `x`.
template <class T>
void add_relu(ConstMatrixView<T> x, const T* residual, bool relu, MatrixView<T> y);

/// Backward of Y = max(0, Z): dy <- dy * [y > 0], in place. Shapes (N, m) of `y` and `dy` agree.
template <class T>
void relu_backward(ConstMatrixView<T> y, MatrixView<T> dy);

/// sum <- sum + addend: what a residual connection does to its gradient. Shapes agree.
template <class T>
void add_in_place(ConstMatrixView<T> addend, MatrixView<T> sum);

/// Sum of losses over a batch, and how many rows had their largest logit at the label.
struct LossSum {
    double loss = 0;           ///< sum over rows of -log softmax(z)_label; infinite or NaN for such logits
    std::int64_t correct = 0;  ///< ties count for the first largest entry, as in PyTorch's argmax
};

/// Negative log-likelihood of log-softmax over the rows of `logits` (N, classes), `labels` (N) below classes.
/// Log-sum-exp shifted by the row's maximum; sums in double. Throws InvalidArgument when shapes do not fit or
/// a label is out of range.
template <class T>
LossSum softmax_nll(ConstMatrixView<T> logits, std::span<const std::uint8_t> labels);

/// The same, and the gradient of the *mean* loss: dlogits = (softmax(z) - onehot(label)) / N.
template <class T>
LossSum softmax_nll_backward(ConstMatrixView<T> logits, std::span<const std::uint8_t> labels,
                             MatrixView<T> dlogits);

}  // namespace eckart::ops

#pragma GCC visibility pop
