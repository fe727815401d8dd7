#pragma once

#include <string>
#include <vector>

#include "io/onnx/linear_finder.hpp"

namespace eckart::io {

/// A constant that a node multiplies by.
struct WeightOperand {
    ConstantWeight weight;
    LinearUse use;
    bool transposed = false;  ///< W (out, in) is the transpose of the stored matrix
    std::string fault;        ///< why it is no matrix of a fully-connected layer, if so
};

/// The constant operand of node `number`: at most one, for a product of two constants is none of a layer.
/// Throws FormatError for a node whose attributes or shapes no runtime would take.
std::vector<WeightOperand> weight_operands(const GraphIndex& index, int number);

/// What a tensor of two or more dimensions that is no weight of weight_operands() is used for, said as a
/// reason to leave it; empty when nobody would take it for a fully-connected layer's.
std::string why_not_linear(const GraphIndex& index, const onnx::TensorProto& tensor);

/// The same for a tensor of whole numbers: the weight of a layer that is computed in them.
std::string why_not_factorized(const GraphIndex& index, const onnx::TensorProto& tensor);

}  // namespace eckart::io
