#pragma once

#include <fmt/core.h>

#include <filesystem>
#include <string>

#include "eckart/core/error.hpp"
#include "io/onnx/messages.hpp"
#include "io/printable.hpp"

namespace eckart::io {

/// Throws FormatError: the file's name, then what is wrong with it.
[[noreturn]] inline void fail_onnx(const std::filesystem::path& file, const std::string& fault) {
    throw FormatError(fmt::format("'{}' {}", file.string(), fault));
}

/// "node 'fc1' (Gemm)", by its first output where it has no name.
inline std::string node_text(const onnx::NodeProto& node) {
    const bool named = !node.name().empty() || node.output_size() == 0;
    return fmt::format("node '{}' ({})", printable(named ? node.name() : node.output(0)),
                       printable(node.op_type()));
}

}  // namespace eckart::io
