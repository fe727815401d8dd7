#include "io/onnx/graph_rewriter.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "io/dtype.hpp"
#include "io/onnx/node_attributes.hpp"
#include "io/onnx/tensor_data.hpp"
#include "io/onnx/wire.hpp"

namespace eckart::io {

namespace {

constexpr std::int64_t kOptionalGemmBias = 11;  // before this opset Gemm needs its third input

void set_inputs(onnx::NodeProto& node, std::initializer_list<std::string> inputs) {
    node.clear_input();
    for (const std::string& input : inputs) node.add_input(input);
}

void set_flag(onnx::NodeProto& node, const std::string& name, bool value) {
    remove_attribute(node, name);
    if (value) set_integer_attribute(node, name, 1);
}

/// How often each value is used, inside of branches and loops as well.
void count_uses(const onnx::GraphProto& graph, std::unordered_map<std::string, int>& uses) {
    for (const onnx::ValueInfoProto& output : graph.output()) ++uses[output.name()];
    for (const onnx::NodeProto& node : graph.node()) {
        for (const std::string& input : node.input()) ++uses[input];
        for (const onnx::AttributeProto& attribute : node.attribute()) {
            if (attribute.has_g()) count_uses(attribute.g(), uses);
            for (const onnx::GraphProto& inner : attribute.graphs()) count_uses(inner, uses);
        }
    }
}

template <class List, class Condition>
void remove_where(List& list, const Condition& condition) {
    const auto kept = std::remove_if(list.begin(), list.end(), condition);
    list.erase(kept, list.end());
}

int stored_type(const GraphLinear& linear) {
    return linear.quantization ? linear.quantization->scale->data_type() : linear.tensor->data_type();
}

}  // namespace

GraphRewriter::GraphRewriter(const GraphIndex& index, onnx::ModelProto& copy)
    : index_(index), copy_(copy), names_(index.names()) {}

std::string GraphRewriter::fresh(const std::string& wanted) {
    return free_names_.find(wanted, [&](const std::string& name) { return names_.insert(name).second; });
}

void GraphRewriter::add_input(const onnx::TensorProto& tensor) {
    if (!index_.inputs_need_initializers()) return;
    onnx::ValueInfoProto* input = copy_.mutable_graph()->add_input();
    input->set_name(tensor.name());
    onnx::TypeProto::Tensor* type = input->mutable_type()->mutable_tensor_type();
    type->set_elem_type(tensor.data_type());
    type->mutable_shape();
    for (const std::int64_t dimension : tensor.dims())
        type->mutable_shape()->add_dim()->set_dim_value(dimension);
}

std::string GraphRewriter::add_initializer(const std::string& wanted, const GraphLinear& linear,
                                           const FactorTensor& tensor) {
    onnx::TensorProto* added = copy_.mutable_graph()->add_initializer();
    added->set_name(fresh(wanted));
    added->set_data_type(stored_type(linear));
    added->add_dims(tensor.rows);
    added->add_dims(tensor.cols);
    for (int i = 2; i < linear.tensor->dims_size(); ++i) added->add_dims(1);  // of a 1x1 convolution
    set_reference(*added, tensor.reference);
    add_input(*added);
    return added->name();
}

void GraphRewriter::rename_bias(const LinearUse& use, const std::string& name) {
    if (use.bias.empty() || use.bias == name) return;
    for (onnx::TensorProto& tensor : *copy_.mutable_graph()->mutable_initializer()) {
        if (tensor.name() == use.bias) tensor.set_name(name);
    }
    for (onnx::ValueInfoProto& input : *copy_.mutable_graph()->mutable_input()) {
        if (input.name() == use.bias) input.set_name(name);
    }
    for (onnx::TensorAnnotation& annotation : *copy_.mutable_graph()->mutable_quantization_annotation()) {
        if (annotation.tensor_name() == use.bias) annotation.set_tensor_name(name);
    }
    const auto [node, unused] = changed_.try_emplace(use.bias_use.node, index_.node(use.bias_use.node));
    node->second.set_input(use.bias_use.input, name);
    stale_.insert(use.bias);
}

std::string GraphRewriter::cast(const LinearUse& use, const std::string& factor,
                                std::vector<onnx::NodeProto>& nodes) {
    if (use.cast < 0) return factor;
    onnx::NodeProto node = index_.node(use.cast);
    node.set_name(fresh(factor + ".cast"));
    set_inputs(node, {factor});
    node.set_output(0, fresh(factor + ".converted"));
    nodes.push_back(node);
    return node.output(0);
}

std::string GraphRewriter::add_zero(const GraphLinear& linear, const LinearUse& use) {
    onnx::TensorProto* zero = copy_.mutable_graph()->add_initializer();
    zero->set_name(fresh(linear.name + ".0.zero"));
    // Not converted on its way, as the factors are.
    zero->set_data_type(
        use.cast < 0 ? stored_type(linear)
                     : static_cast<int>(integer_attribute(index_.node(use.cast), "to", 0, index_.file())));
    zero->add_dims(1);
    zero->set_raw_data(std::string(dtype_size(dtype_name(zero->data_type())), '\0'));
    add_input(*zero);
    return zero->name();
}

void GraphRewriter::split_gemm(const GraphLinear& linear, const LinearUse& use, const Factors& factors,
                               onnx::NodeProto& first, onnx::NodeProto& second) {
    const onnx::NodeProto& old = second;
    const std::string bias = old.input_size() > 2 ? old.input(2) : "";
    const bool left = use.weight_input == 0;
    const bool rows = linear.layout == FactorLayout::kRows;
    const std::string x = first.input(left ? 1 : 0);
    const std::string hidden = first.output(0);
    remove_attribute(first, "alpha");
    remove_attribute(first, "beta");
    set_inputs(first, {left ? factors.a : x, left ? x : factors.a});
    set_inputs(second, {left ? factors.b : hidden, left ? hidden : factors.b});
    // W = B A needs no transposes on the left; on the right, x At and h Bt need them where factors are rows.
    set_flag(left ? first : second, "transA", false);
    set_flag(second, "transA", false);
    if (!left) set_flag(first, "transB", rows);
    set_flag(second, "transB", !left && rows);
    if (index_.opset() < kOptionalGemmBias) first.add_input(add_zero(linear, use));
    if (!bias.empty()) second.add_input(bias);
}

void GraphRewriter::replace_use(const GraphLinear& linear, const LinearUse& use, const Factors& factors) {
    const auto changed = changed_.find(use.node);
    const onnx::NodeProto& old = changed == changed_.end() ? index_.node(use.node) : changed->second;
    std::vector<onnx::NodeProto>& nodes = replacements_[use.node];
    const Factors operands{cast(use, factors.a, nodes), cast(use, factors.b, nodes)};
    const std::string name = old.name().empty() ? linear.name : old.name();
    onnx::NodeProto first = old;
    onnx::NodeProto second = old;
    first.set_name(fresh(name + ".0"));
    second.set_name(fresh(name + ".1"));
    first.set_output(0, fresh(linear.name + ".hidden"));
    const std::string& hidden = first.output(0);
    switch (use.op) {
        case LinearOperator::kGemm:
            split_gemm(linear, use, operands, first, second);
            break;
        case LinearOperator::kMatMul:
            first.set_input(use.weight_input, operands.a);
            second.set_input(use.weight_input, operands.b);
            second.set_input(1 - use.weight_input, hidden);
            break;
        case LinearOperator::kConv:
            // The first does all that concerns places: padding and strides.
            set_inputs(first, {old.input(0), operands.a});
            second.set_input(0, hidden);
            second.set_input(1, operands.b);
            for (const char* place : {"strides", "pads", "auto_pad", "dilations"})
                remove_attribute(second, place);
            break;
    }
    nodes.push_back(std::move(first));
    nodes.push_back(std::move(second));
}

void GraphRewriter::replace(const GraphLinear& linear, const FactorTensor& a, const FactorTensor& b) {
    const Factors factors{add_initializer(linear.name + ".0.weight", linear, a),
                          add_initializer(linear.name + ".1.weight", linear, b)};
    for (const LinearUse& use : linear.uses) {
        if (!use.bias.empty()) rename_bias(use, fresh(linear.name + ".1.bias"));
        replace_use(linear, use, factors);
    }
    candidates_.insert(linear.nodes.begin(), linear.nodes.end());
    stale_.insert(linear.value);
    if (linear.quantization) {
        stale_.insert(linear.quantization->scale->name());
        if (linear.quantization->zero_point != nullptr)
            stale_.insert(linear.quantization->zero_point->name());
    }
}

void GraphRewriter::resize(const GraphLinear& factor, const FactorTensor& tensor, bool first) {
    const auto resize_tensor = [&](onnx::TensorProto& old) {
        const int rank = old.dims_size();
        old.clear_dims();
        old.clear_raw_data();
        old.clear_float_data();
        old.clear_double_data();
        old.clear_int32_data();
        old.clear_external_data();
        old.clear_data_location();
        old.add_dims(tensor.rows);
        old.add_dims(tensor.cols);
        for (int i = 2; i < rank; ++i) old.add_dims(1);
        set_reference(old, tensor.reference);
    };
    for (onnx::TensorProto& old : *copy_.mutable_graph()->mutable_initializer()) {
        if (old.name() == factor.value) resize_tensor(old);
    }
    for (onnx::ValueInfoProto& input : *copy_.mutable_graph()->mutable_input()) {
        if (input.name() != factor.value) continue;
        onnx::TensorShapeProto* shape = input.mutable_type()->mutable_tensor_type()->mutable_shape();
        shape->mutable_dim(0)->set_dim_value(tensor.rows);
        shape->mutable_dim(1)->set_dim_value(tensor.cols);
    }
    resized_.insert(factor.value);
    for (const int node : factor.nodes) resized_.insert(index_.node(node).output(0));
    if (!first) return;
    for (const LinearUse& use : factor.uses) resized_.insert(index_.node(use.node).output(0));
}

void GraphRewriter::remove_leftovers(onnx::GraphProto& graph) {
    std::unordered_map<std::string, int> uses;
    count_uses(graph, uses);
    std::unordered_set<std::string> gone;
    // A node on the way from a weight comes before its user: from the back, users go first.
    std::vector<bool> removed(static_cast<std::size_t>(graph.node_size()), false);
    std::unordered_set<std::string> outputs;
    for (const int candidate : candidates_) {
        for (const std::string& output : index_.node(candidate).output()) outputs.insert(output);
    }
    for (int i = graph.node_size() - 1; i >= 0; --i) {
        const onnx::NodeProto& node = graph.node(i);
        const bool candidate = std::ranges::any_of(
            node.output(), [&](const std::string& output) { return outputs.contains(output); });
        const bool used =
            std::ranges::any_of(node.output(), [&](const std::string& output) { return uses[output] > 0; });
        if (!candidate || used) continue;
        removed[static_cast<std::size_t>(i)] = true;
        gone.insert(node.output().begin(), node.output().end());
        for (const std::string& input : node.input()) --uses[input];
    }
    std::size_t position = 0;
    remove_where(*graph.mutable_node(), [&](const onnx::NodeProto&) { return removed[position++]; });
    const auto is_gone = [&](const std::string& name) {
        return gone.contains(name) || (stale_.contains(name) && uses[name] <= 0);
    };
    remove_where(*graph.mutable_initializer(), [&](const auto& tensor) { return is_gone(tensor.name()); });
    remove_where(*graph.mutable_input(), [&](const auto& input) {
        return is_gone(input.name()) && index_.initializer(input.name()) != nullptr;
    });
    remove_where(*graph.mutable_value_info(),
                 [&](const auto& value) { return is_gone(value.name()) || resized_.contains(value.name()); });
    remove_where(*graph.mutable_quantization_annotation(),
                 [&](const auto& annotation) { return is_gone(annotation.tensor_name()); });
}

/// What trains a weight that is gone, or has another shape, has nothing to train.
void GraphRewriter::remove_stale_training(const onnx::GraphProto& graph) {
    std::unordered_set<std::string> there;
    for (const onnx::TensorProto& tensor : graph.initializer()) there.insert(tensor.name());
    const auto is_stale = [&](const std::string& name) {
        return resized_.contains(name) || (stale_.contains(name) && !there.contains(name));
    };
    const auto binds = [&](const onnx::StringStringEntryProto& binding) {
        return is_stale(binding.key()) || is_stale(binding.value());
    };
    const auto uses = [&](const onnx::NodeProto& node) {
        return std::ranges::any_of(node.input(), is_stale);
    };
    remove_where(*copy_.mutable_training_info(), [&](const onnx::TrainingInfoProto& training) {
        return std::ranges::any_of(training.update_binding(), binds) ||
               std::ranges::any_of(training.initialization_binding(), binds) ||
               std::ranges::any_of(training.algorithm().node(), uses);
    });
}

void GraphRewriter::finish() {
    onnx::GraphProto& graph = *copy_.mutable_graph();
    google::protobuf::RepeatedPtrField<onnx::NodeProto> nodes;
    for (int i = 0; i < graph.node_size(); ++i) {
        if (const auto split = replacements_.find(i); split != replacements_.end()) {
            for (onnx::NodeProto& node : split->second) nodes.Add(std::move(node));
        } else if (const auto changed = changed_.find(i); changed != changed_.end()) {
            nodes.Add(std::move(changed->second));
        } else {
            nodes.Add(std::move(*graph.mutable_node(i)));
        }
    }
    graph.mutable_node()->Swap(&nodes);
    remove_leftovers(graph);
    remove_stale_training(graph);
}

}  // namespace eckart::io
