#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace eckart::io {

/// What a file is that begins with `start` and is not safetensors, and how to convert it; empty when unknown.
std::string recognize_foreign_file(std::string_view start);

/// Whether `text` begins a JSON object, white space aside.
bool looks_like_json_object(std::string_view text);

/// Whether a file that begins with `start` may be a safetensors file.
bool looks_like_safetensors(std::string_view start);

/// Whether a file that begins with `start` may be an ONNX model, which has no mark of its own.
bool looks_like_onnx(std::string_view start);

/// The same, where its name counts for a file that begins like nothing known: fields of an ONNX model may
/// come in any order.
bool looks_like_onnx(std::string_view start, const std::filesystem::path& name);

}  // namespace eckart::io
