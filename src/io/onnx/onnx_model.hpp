#pragma once

#include <memory>

#include "eckart/io/model_file.hpp"

namespace eckart::io {

/// The ONNX model of open_model(): linear layers found in a graph of any operators.
std::unique_ptr<ModelFile> open_onnx(const std::filesystem::path& path);

}  // namespace eckart::io
