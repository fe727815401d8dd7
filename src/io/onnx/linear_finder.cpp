#include "io/onnx/linear_finder.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <unordered_map>

#include "eckart/core/json.hpp"
#include "io/dtype.hpp"
#include "io/onnx/faults.hpp"
#include "io/onnx/layer_name.hpp"
#include "io/onnx/linear_node.hpp"
#include "io/onnx/tensor_data.hpp"

namespace eckart::io {

namespace {

constexpr std::int64_t kOldestOpset = 7;  // before it Gemm and Add broadcast by other rules

/// Names go into metadata as JSON.
bool is_utf8(const std::string& text) {
    try {
        return !Json(text).dump().empty();
    } catch (const Json::exception&) {
        return false;
    }
}

/// All that is found out about one stored tensor.
struct Group {
    GraphLinear linear;
    std::string fault;
    bool rows_needed = false;
    bool columns_needed = false;
};

class Finder {
  public:
    explicit Finder(const GraphIndex& index) : index_(index) {}

    FoundLinears find() {
        for (int i = 0; i < index_.graph().node_size(); ++i) {
            for (const WeightOperand& operand : weight_operands(index_, i)) add(operand);
        }
        FoundLinears found;
        for (Group& group : groups_) {
            finish(group);
            if (group.fault.empty()) {
                found.linears.push_back(std::move(group.linear));
            } else {
                found.kept.push_back({group.linear.tensor, group.linear.value, group.fault});
            }
        }
        make_layer_names_unique(index_, found.linears);
        add_others(found);
        return found;
    }

  private:
    Group& group_of(const ConstantWeight& weight) {
        const auto [place, created] = places_.try_emplace(weight.value, groups_.size());
        if (created) {
            groups_.emplace_back();
            groups_.back().linear.value = weight.value;
            groups_.back().linear.tensor = weight.tensor;
            groups_.back().linear.quantization = weight.quantization;
        }
        return groups_[place->second];
    }

    void add(const WeightOperand& operand) {
        Group& group = group_of(operand.weight);
        const bool first = group.linear.uses.empty();
        if (group.fault.empty())
            group.fault = operand.weight.fault.empty() ? operand.fault : operand.weight.fault;
        group.linear.nodes.insert(operand.weight.nodes.begin(), operand.weight.nodes.end());
        if (!first && group.linear.transposed != operand.transposed)
            group.fault = "is used as it is and transposed";
        if (!first && group.linear.quantization != operand.weight.quantization)
            group.fault = "is used with different scales, or as it is as well";
        group.linear.transposed = operand.transposed;
        group.linear.uses.push_back(operand.use);
        // Gemm takes either layout.
        if (operand.use.op == LinearOperator::kConv || operand.use.weight_input == 0)
            group.rows_needed = true;
        if (operand.use.op == LinearOperator::kMatMul && operand.use.weight_input == 1)
            group.columns_needed = true;
        if (operand.use.op == LinearOperator::kGemm && operand.use.weight_input == 0)
            group.rows_needed = true;
    }

    void finish(Group& group) {
        GraphLinear& linear = group.linear;
        const onnx::TensorProto& tensor = *linear.tensor;
        if (group.fault.empty()) group.fault = fault_of(tensor, linear);
        if (group.fault.empty()) group.fault = fault_of_uses(linear);
        if (group.fault.empty() && group.rows_needed && group.columns_needed)
            group.fault = "is multiplied from the left and from the right";
        if (!group.fault.empty()) return;
        linear.out = linear.transposed ? tensor.dims(1) : tensor.dims(0);
        linear.in = linear.transposed ? tensor.dims(0) : tensor.dims(1);
        const bool rows = group.rows_needed || (!group.columns_needed && !linear.transposed);
        linear.layout = rows ? FactorLayout::kRows : FactorLayout::kColumns;
        linear.name = layer_name(index_, linear);
        if (!is_utf8(linear.name)) group.fault = "has a name that is not UTF-8";
    }

    std::string fault_of(const onnx::TensorProto& tensor, const GraphLinear& linear) const {
        if (index_.opset() < kOldestOpset) {
            return fmt::format("is used by operators of opset {}; convert the model to opset {} or newer",
                               index_.opset(), kOldestOpset);
        }
        const std::string dtype = dtype_name(tensor.data_type());
        if (linear.quantization) {
            if (dtype != "I8" && dtype != "U8")
                return fmt::format("is quantized to {}, which is not understood", dtype);
            if (!is_floating(dtype_name(linear.quantization->scale->data_type())))
                return "is quantized with a scale that is no float";
        } else if (!is_floating(dtype)) {
            return fmt::format("has entries of {}; only F32, F16, BF16 and F64 are factorized", dtype);
        }
        if (entry_count(tensor) == 0) return "has no entries";
        if (index_.may_be_replaced(linear.value))
            return "is also an input of the model, which a caller may replace";
        return {};
    }

    /// Why another use of the stored tensor, or of what is made of it on the way, keeps it as it is.
    std::string fault_of_uses(const GraphLinear& linear) const {
        std::vector<std::string> values{linear.value};
        for (const int node : linear.nodes) values.push_back(index_.node(node).output(0));
        for (const std::string& value : values) {
            if (index_.is_output(value)) return "is also an output of the model";
            if (index_.used_inside(value)) return "is also used inside a branch or loop";
            for (const ValueUse& use : index_.uses(value)) {
                const bool on_the_way = linear.nodes.contains(use.node) && use.input == 0;
                const bool linear_use = std::ranges::any_of(linear.uses, [&](const LinearUse& other) {
                    return other.node == use.node && other.weight_input == use.input;
                });
                if (on_the_way || linear_use) continue;
                const onnx::NodeProto& node = index_.node(use.node);
                if (GraphIndex::is(node, "Gather")) return "is also an embedding (tied weights)";
                return fmt::format("is also used by {}", node_text(node));
            }
        }
        return {};
    }

    /// Matrices that no linear node uses.
    void add_others(FoundLinears& found) const {
        for (const onnx::TensorProto& tensor : index_.graph().initializer()) {
            if (places_.contains(tensor.name()) || tensor.dims_size() < 2) continue;
            std::string why = is_floating(dtype_name(tensor.data_type()))
                                  ? why_not_linear(index_, tensor)
                                  : why_not_factorized(index_, tensor);
            if (!why.empty()) found.kept.push_back({&tensor, tensor.name(), std::move(why)});
        }
    }

    const GraphIndex& index_;
    std::vector<Group> groups_;
    std::unordered_map<std::string, std::size_t> places_;
};

}  // namespace

std::string to_text(LinearOperator op) {
    switch (op) {
        case LinearOperator::kGemm:
            return "Gemm";
        case LinearOperator::kMatMul:
            return "MatMul";
        case LinearOperator::kConv:
            return "Conv";
    }
    return "";
}

FoundLinears find_linears(const GraphIndex& index) {
    return Finder(index).find();
}

}  // namespace eckart::io
