#pragma once

#include <string>
#include <vector>

#include "io/onnx/graph_index.hpp"
#include "io/onnx/linear_finder.hpp"

namespace eckart::io {

/// What a layer is called: its weight's name without ".weight"; where an exporter has replaced that by a
/// number
/// ("onnx::MatMul_33"), its bias's without ".bias", or its node's ("/layers.0/fc1/MatMul" -> "layers.0.fc1").
std::string layer_name(const GraphIndex& index, const GraphLinear& linear);

/// Gives layers other names, by "_2", "_3", ..., until no two are the same and nothing in the model has the
/// names of their factors.
void make_layer_names_unique(const GraphIndex& index, std::vector<GraphLinear>& linears);

}  // namespace eckart::io
