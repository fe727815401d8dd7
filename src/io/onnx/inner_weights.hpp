#pragma once

#include <vector>

#include "io/onnx/linear_finder.hpp"

namespace eckart::io {

/// Floating matrices that are stored inside of branches, loops and functions, where layers are not looked
/// for.
std::vector<GraphKept> inner_weights(const onnx::ModelProto& model);

}  // namespace eckart::io
