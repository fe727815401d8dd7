#pragma once

#include <memory>
#include <string>

#include "eckart/core/matrix.hpp"

#pragma GCC visibility push(default)

namespace eckart::ops {

/// What follows the matrix product of a linear layer, fused into it.
template <class T>
struct LinearEpilogue {
    const T* bias = nullptr;      ///< (out), added to every row; none when null
    const T* residual = nullptr;  ///< (batch, out) row-major, added before the ReLU; none when null
    bool relu = false;            ///< ends with max(0, .)
};

/// The three matrix products of a linear layer, forward and backward, at fixed element type T.
///
/// Letters: N batch, m = out, n = in; W (m, n), b (m), X (N, n), Y (N, m). N, m, n may be 0.
/// An implementation may keep compiled kernels between calls; one object serves one thread of control.
template <class T>
class Backend {
  public:
    virtual ~Backend() = default;
    [[nodiscard]] virtual std::string name() const = 0;

    /// Y = f(X Wt + 1 bt + R), f and the terms as `epilogue` says; 2 N m n flops. `y` overlaps no argument.
    /// Throws InvalidArgument when shapes do not fit, BackendError when the library fails.
    virtual void linear_forward(ConstMatrixView<T> x, ConstMatrixView<T> w, const LinearEpilogue<T>& epilogue,
                                MatrixView<T> y) = 0;
    /// dX = dY W; 2 N m n flops. Throws as above.
    virtual void linear_backward_data(ConstMatrixView<T> dy, ConstMatrixView<T> w, MatrixView<T> dx) = 0;
    /// dW = dYt X, and db = dYt 1 when `db` (m) is not null; 2 N m n flops. Throws as above.
    virtual void linear_backward_weights(ConstMatrixView<T> x, ConstMatrixView<T> dy, MatrixView<T> dw,
                                         T* db) = 0;
};

/// Plain formulas on Eigen: the oracle that the fast backend is tested against, and what computes in double.
template <class T>
std::unique_ptr<Backend<T>> make_reference_backend();

/// oneDNN in float32, the bias, residual and ReLU fused; kernels are compiled once per shape and kept.
/// Uses the OpenMP thread count of the caller (core/threads.hpp).
std::unique_ptr<Backend<float>> make_onednn_backend();

/// "2.6.3", for run records.
std::string onednn_version();

}  // namespace eckart::ops

#pragma GCC visibility pop
