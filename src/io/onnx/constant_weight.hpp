#pragma once

#include <optional>
#include <set>
#include <string>

#include "io/onnx/graph_index.hpp"

namespace eckart::io {

/// Whole numbers that stand for floats: w = (q - zero_point) scale, with one scale for all or one for each
/// index along `axis`.
struct Quantization {
    const onnx::TensorProto* scale = nullptr;
    const onnx::TensorProto* zero_point = nullptr;  ///< null: 0
    int axis = 0;
    bool per_axis = false;

    friend bool operator==(const Quantization& a, const Quantization& b) {
        return a.scale == b.scale && a.zero_point == b.zero_point && a.per_axis == b.per_axis &&
               (!a.per_axis || a.axis == b.axis);
    }
};

/// A constant matrix as a node sees it, and where it comes from.
struct ConstantWeight {
    std::string value;                          ///< of the initializer, or of the Constant node's output
    const onnx::TensorProto* tensor = nullptr;  ///< as stored
    std::set<int> nodes;      ///< between them: Constant, Identity, Transpose, Cast, DequantizeLinear
    bool transposed = false;  ///< an odd number of times
    int cast = -1;            ///< the Cast node among them
    std::optional<Quantization> quantization;
    std::string fault;  ///< why it must stay as it is; empty when it need not
};

/// Follows `value` back to the tensor that it is. Nothing when it is no constant. Throws FormatError for a
/// Constant without a value, a Transpose whose perm is no permutation, or scales of the wrong shape.
std::optional<ConstantWeight> find_constant(const GraphIndex& index, const std::string& value);

}  // namespace eckart::io
