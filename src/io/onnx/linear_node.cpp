#include "io/onnx/linear_node.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "io/onnx/faults.hpp"
#include "io/onnx/node_attributes.hpp"

namespace eckart::io {

namespace {

/// A bias that gets the layer's name: an initializer that nothing else uses.
void take_bias(const GraphIndex& index, ValueUse where, LinearUse& use) {
    const onnx::NodeProto& node = index.node(where.node);
    if (where.input >= node.input_size()) return;
    const std::string& value = node.input(where.input);
    if (index.initializer(value) == nullptr || index.uses(value).size() != 1 || index.is_output(value) ||
        index.used_inside(value) || index.may_be_replaced(value)) {
        return;
    }
    use.bias = value;
    use.bias_use = where;
}

/// The operand that is constant, of two that may be.
std::optional<std::pair<ConstantWeight, int>> constant_operand(const GraphIndex& index,
                                                               const onnx::NodeProto& node) {
    std::optional<ConstantWeight> right = find_constant(index, node.input(1));
    std::optional<ConstantWeight> left = find_constant(index, node.input(0));
    if (right.has_value() == left.has_value()) return std::nullopt;
    if (right) return std::pair{std::move(*right), 1};
    return std::pair{std::move(*left), 0};
}

/// Two operands, and a bias for all but MatMul.
void require_inputs(const GraphIndex& index, const onnx::NodeProto& node) {
    const bool product = GraphIndex::is(node, "MatMul");
    if (!product && !GraphIndex::is(node, "Gemm") && !GraphIndex::is(node, "Conv")) return;
    const int most = product ? 2 : 3;
    if (node.input_size() >= 2 && node.input_size() <= most && !node.input(0).empty() &&
        !node.input(1).empty())
        return;
    fail_onnx(index.file(), fmt::format("gives {} {} inputs, where {} belong; export it again",
                                        node_text(node), node.input_size(), product ? "2" : "2 or 3"));
}

WeightOperand operand_of(LinearOperator op, int number, int input, ConstantWeight weight) {
    WeightOperand operand;
    operand.use.op = op;
    operand.use.node = number;
    operand.use.weight_input = input;
    operand.use.cast = weight.cast;
    operand.weight = std::move(weight);
    return operand;
}

/// y = alpha x' w' + beta c, with x' and w' transposed where transA and transB say so.
void describe_gemm(const GraphIndex& index, const onnx::NodeProto& node, WeightOperand& operand) {
    const bool left = operand.use.weight_input == 0;
    const bool transpose_a = flag_attribute(node, "transA", index.file());
    const bool transpose_b = flag_attribute(node, "transB", index.file());
    for (const char* factor : {"alpha", "beta"}) float_attribute(node, factor, 1, index.file());
    const onnx::TensorProto& tensor = *operand.weight.tensor;
    if (tensor.dims_size() != 2) {
        fail_onnx(index.file(),
                  fmt::format("gives {} a weight of {} dimensions, where 2 belong; export it again",
                              node_text(node), tensor.dims_size()));
    }
    const bool swapped = operand.weight.transposed != (left ? transpose_a : transpose_b);
    operand.transposed = left ? swapped : !swapped;
    const std::int64_t out = tensor.dims(operand.transposed ? 1 : 0);
    if (node.input_size() < 3 || node.input(2).empty()) return;
    const onnx::TensorProto* bias = index.initializer(node.input(2));
    if (bias != nullptr && !left && bias->dims_size() > 0) {
        const std::int64_t last = bias->dims(bias->dims_size() - 1);
        if (bias->dims_size() > 2 || (last != 1 && last != out)) {
            fail_onnx(index.file(),
                      fmt::format("gives {} a bias that does not fit its {} outputs; export it again",
                                  node_text(node), out));
        }
    }
    take_bias(index, {operand.use.node, 2}, operand.use);
}

/// The Add behind a MatMul whose other operand is a vector of as many entries as there are outputs.
void describe_matmul(const GraphIndex& index, const onnx::NodeProto& node, WeightOperand& operand) {
    const onnx::TensorProto& tensor = *operand.weight.tensor;
    if (tensor.dims_size() != 2) {
        operand.fault = fmt::format("has {} dimensions; only matrices are factorized", tensor.dims_size());
        return;
    }
    const bool left = operand.use.weight_input == 0;
    operand.transposed = left == operand.weight.transposed;
    const std::int64_t out = tensor.dims(operand.transposed ? 1 : 0);
    if (node.output_size() == 0 || index.uses(node.output(0)).size() != 1 || index.is_output(node.output(0)))
        return;
    const ValueUse next = index.uses(node.output(0)).front();
    if (left || !GraphIndex::is(index.node(next.node), "Add") || index.node(next.node).input_size() != 2)
        return;
    const ValueUse other{next.node, 1 - next.input};
    const onnx::TensorProto* bias = index.initializer(index.node(next.node).input(other.input));
    if (bias == nullptr || bias->dims_size() != 1 || bias->dims(0) != out) return;
    take_bias(index, other, operand.use);
}

void describe_conv(const GraphIndex& index, const onnx::NodeProto& node, WeightOperand& operand) {
    const onnx::TensorProto& tensor = *operand.weight.tensor;
    if (tensor.dims_size() < 3) {
        fail_onnx(index.file(),
                  fmt::format("gives {} a weight of {} dimensions, where 3 or more belong; export it "
                              "again",
                              node_text(node), tensor.dims_size()));
    }
    const std::vector<std::int64_t> kernel = integers_attribute(node, "kernel_shape", index.file());
    const auto spatial = tensor.dims().begin() + 2;
    if (!kernel.empty() && !std::equal(kernel.begin(), kernel.end(), spatial, tensor.dims().end())) {
        fail_onnx(
            index.file(),
            fmt::format("gives {} a kernel_shape that its weight has not; export it again", node_text(node)));
    }
    const onnx::TensorProto* bias = node.input_size() > 2 ? index.initializer(node.input(2)) : nullptr;
    if (bias != nullptr && (bias->dims_size() != 1 || bias->dims(0) != tensor.dims(0))) {
        fail_onnx(index.file(),
                  fmt::format("gives {} a bias that does not fit its {} outputs; export it again",
                              node_text(node), tensor.dims(0)));
    }
    if (std::any_of(spatial, tensor.dims().end(), [](std::int64_t side) { return side != 1; })) {
        operand.fault = "is a convolution whose kernel is larger than 1";
    } else if (integer_attribute(node, "group", 1, index.file()) != 1) {
        operand.fault = "is a convolution in groups";
    } else if (operand.weight.quantization) {
        operand.fault = "is a quantized convolution";
    }
    take_bias(index, {operand.use.node, 2}, operand.use);
}

}  // namespace

std::vector<WeightOperand> weight_operands(const GraphIndex& index, int number) {
    const onnx::NodeProto& node = index.node(number);
    std::vector<WeightOperand> operands;
    require_inputs(index, node);
    if (GraphIndex::is(node, "Conv")) {
        std::optional<ConstantWeight> weight = find_constant(index, node.input(1));
        if (!weight) return operands;
        operands.push_back(operand_of(LinearOperator::kConv, number, 1, std::move(*weight)));
        describe_conv(index, node, operands.back());
    } else if (GraphIndex::is(node, "Gemm") || GraphIndex::is(node, "MatMul")) {
        auto constant = constant_operand(index, node);
        if (!constant) return operands;
        const bool gemm = GraphIndex::is(node, "Gemm");
        if (!gemm && constant->first.tensor->dims_size() < 2) return operands;
        operands.push_back(operand_of(gemm ? LinearOperator::kGemm : LinearOperator::kMatMul, number,
                                      constant->second, std::move(constant->first)));
        if (gemm) {
            describe_gemm(index, node, operands.back());
        } else {
            describe_matmul(index, node, operands.back());
        }
    }
    return operands;
}

std::string why_not_linear(const GraphIndex& index, const onnx::TensorProto& tensor) {
    if (index.uses(tensor.name()).empty())
        return index.used_inside(tensor.name()) ? "is used inside a branch or loop" : "";
    const onnx::NodeProto& node = index.node(index.uses(tensor.name()).front().node);
    if (GraphIndex::is(node, "Gather")) return "is an embedding";
    for (const char* recurrent : {"LSTM", "GRU", "RNN"}) {
        if (GraphIndex::is(node, recurrent)) return fmt::format("belongs to a recurrent {}", recurrent);
    }
    if (!node.domain().empty()) return fmt::format("is used by {} of another domain", node_text(node));
    return tensor.dims_size() == 2 && std::min(tensor.dims(0), tensor.dims(1)) > 1
               ? fmt::format("is used by {}, which is no fully-connected layer", node_text(node))
               : "";
}

std::string why_not_factorized(const GraphIndex& index, const onnx::TensorProto& tensor) {
    if (index.uses(tensor.name()).empty()) return {};
    const onnx::NodeProto& node = index.node(index.uses(tensor.name()).front().node);
    for (const char* op : {"MatMulInteger", "QLinearMatMul", "ConvInteger", "QLinearConv"}) {
        if (!GraphIndex::is(node, op)) continue;
        return fmt::format("is quantized for {}: compress the model first, quantize it then", op);
    }
    return {};
}

}  // namespace eckart::io
