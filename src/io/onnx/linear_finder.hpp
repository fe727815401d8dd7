#pragma once

#include <string>
#include <vector>

#include "io/onnx/constant_weight.hpp"
#include "io/onnx/graph_index.hpp"

namespace eckart::io {

enum class LinearOperator { kGemm, kMatMul, kConv };

std::string to_text(LinearOperator op);

/// One node that multiplies by a weight.
struct LinearUse {
    LinearOperator op = LinearOperator::kMatMul;
    int node = 0;
    int weight_input = 1;  ///< y = x Wt where it is 1, y = W x where it is 0; always 1 for Conv
    int cast = -1;         ///< the Cast node between weight and node
    std::string bias;      ///< an initializer that only this layer uses as its bias; empty when there is none
    ValueUse bias_use;
};

/// How factors are stored. kRows: A (r, in) and B (out, r), as PyTorch has them. kColumns: their transposes,
/// which a MatMul with the weight on its right needs.
enum class FactorLayout { kRows, kColumns };

/// A weight W (out, in) of a graph with all nodes that use it.
struct GraphLinear {
    std::string name;  ///< the layer's
    std::string value;
    const onnx::TensorProto* tensor = nullptr;
    std::optional<Quantization> quantization;
    std::set<int> nodes;      ///< between the stored tensor and the uses
    bool transposed = false;  ///< W is the transpose of the stored matrix
    FactorLayout layout = FactorLayout::kRows;
    std::int64_t out = 0;
    std::int64_t in = 0;
    std::vector<LinearUse> uses;  ///< in the order of the graph
};

/// A tensor that looks like a weight and stays as it is.
struct GraphKept {
    const onnx::TensorProto* tensor = nullptr;
    std::string value;
    std::string why;
};

struct FoundLinears {
    std::vector<GraphLinear> linears;
    std::vector<GraphKept> kept;
};

/// Every fully-connected weight of the main graph: of Gemm, MatMul and 1x1 Conv, 2-D (for Conv with all
/// further dimensions 1), which nothing but such nodes uses. Throws FormatError for nodes that no runtime
/// would take.
FoundLinears find_linears(const GraphIndex& index);

}  // namespace eckart::io
