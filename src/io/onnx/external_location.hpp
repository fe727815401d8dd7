#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "io/onnx/messages.hpp"

namespace eckart::io {

/// What a tensor says of its external data.
struct ExternalLocation {
    std::string location;  ///< a path below the model's folder
    std::uint64_t offset = 0;
    std::optional<std::uint64_t> length;
};

/// Throws FormatError naming the tensor when an entry is missing, given twice or no number.
ExternalLocation parse_external(const onnx::TensorProto& tensor, const std::filesystem::path& model);

/// The file that `location` names beside the model. Throws FormatError unless it stays in the model's folder:
/// a model may come from anywhere, and must not make us read what its user can read. So no absolute path, no
/// "..", no symbolic link.
std::filesystem::path confined_path(const std::filesystem::path& model, const std::string& location,
                                    const std::string& tensor);

}  // namespace eckart::io
