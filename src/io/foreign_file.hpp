#pragma once

#include <string>
#include <string_view>

namespace eckart::io {

/// What a file is that begins with `start` and is not safetensors, and how to convert it; empty when unknown.
std::string recognize_foreign_file(std::string_view start);

/// Whether a file that begins with `start` may be an ONNX model, which has no mark of its own.
bool looks_like_onnx(std::string_view start);

}  // namespace eckart::io
