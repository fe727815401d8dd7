#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "io/onnx/messages.hpp"

namespace eckart::io {

/// The attribute of that name, or null.
const onnx::AttributeProto* find_attribute(const onnx::NodeProto& node, const std::string& name);

/// An attribute's value, or `otherwise` where the node has none. Throws FormatError when it is of another
/// type.
std::int64_t integer_attribute(const onnx::NodeProto& node, const std::string& name, std::int64_t otherwise,
                               const std::filesystem::path& file);
/// The same for one that is 0 or 1.
bool flag_attribute(const onnx::NodeProto& node, const std::string& name, const std::filesystem::path& file);
/// The same for a list; empty where the node has none.
std::vector<std::int64_t> integers_attribute(const onnx::NodeProto& node, const std::string& name,
                                             const std::filesystem::path& file);

/// The same for a number, which must be finite.
float float_attribute(const onnx::NodeProto& node, const std::string& name, float otherwise,
                      const std::filesystem::path& file);

void remove_attribute(onnx::NodeProto& node, const std::string& name);
void set_integer_attribute(onnx::NodeProto& node, const std::string& name, std::int64_t value);

}  // namespace eckart::io
