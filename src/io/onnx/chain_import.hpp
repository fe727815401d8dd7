#pragma once

#include "eckart/model/network.hpp"
#include "io/onnx/tensor_data.hpp"

namespace eckart::io {

/// The network that a model's graph computes, when it is a chain: fully-connected layers (Gemm, MatMul and
/// the Add of a bias), Relu, Add of two values, and steps that change nothing but the shape or type. The
/// input's dimensions after the first are taken row by row; a Softmax or LogSoftmax at the end is left out.
/// Two layers NAME.0 and NAME.1 in a row, the first without bias, become one factored layer NAME; of a model
/// that Eckart has written, only those that it has made. Weights become float. Throws FormatError naming the
/// node that is something else.
model::Network<float> import_chain(const TensorData& data);

}  // namespace eckart::io
