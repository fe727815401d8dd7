#pragma once

#include <filesystem>

#include "io/onnx/messages.hpp"

namespace eckart::io {

/// Throws FormatError naming the node or value unless the model has a graph and an opset, every value is made
/// once and before it is used (so there is no cycle), and every output of the graph, of its subgraphs and of
/// the functions is made. Nothing is asked of what operators do.
void check_graph(const onnx::ModelProto& model, const std::filesystem::path& file);

}  // namespace eckart::io
