#pragma once

#include <fmt/core.h>

#include "eckart/core/error.hpp"
#include "eckart/core/matrix.hpp"

namespace eckart::ops {

/// Throws InvalidArgument unless Y (N, m), X (N, n) and W (m, n) belong together.
template <class T>
void check_linear_shapes(const char* function, ConstMatrixView<T> x, ConstMatrixView<T> w,
                         ConstMatrixView<T> y) {
    if (x.rows() == y.rows() && x.cols() == w.cols() && y.cols() == w.rows()) return;
    throw InvalidArgument(fmt::format(
        "{}: x ({}, {}), W ({}, {}) and y ({}, {}) do not fit; they must be (N, n), (m, n) and (N, m)",
        function, x.rows(), x.cols(), w.rows(), w.cols(), y.rows(), y.cols()));
}

}  // namespace eckart::ops
