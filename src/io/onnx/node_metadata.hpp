#pragma once

#include <string>

#include "io/onnx/messages.hpp"

namespace eckart::io {

/// What the exporter has noted at a node under `key` (metadata_props, since IR 10); empty where nothing is.
std::string node_metadata(const onnx::NodeProto& node, const std::string& key);

}  // namespace eckart::io
