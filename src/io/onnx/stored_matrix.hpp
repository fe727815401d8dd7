#pragma once

#include "eckart/core/matrix.hpp"
#include "io/onnx/linear_finder.hpp"
#include "io/onnx/tensor_data.hpp"

namespace eckart::io {

/// W (out, in) as nodes see it: read, dequantized and transposed where it is stored otherwise.
template <class T>
Matrix<T> read_matrix(const TensorData& data, const GraphLinear& linear);

}  // namespace eckart::io
