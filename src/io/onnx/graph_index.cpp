#include "io/onnx/graph_index.hpp"

namespace eckart::io {

namespace {

bool is_own_domain(const std::string& domain) {
    return domain.empty() || domain == "ai.onnx";
}

}  // namespace

GraphIndex::GraphIndex(const onnx::ModelProto& model, const std::filesystem::path& file)
    : graph_(model.graph()), file_(file), ir_version_(model.ir_version()) {
    for (const onnx::OperatorSetIdProto& set : model.opset_import()) {
        if (is_own_domain(set.domain())) opset_ = set.version();
    }
    for (const onnx::TensorProto& tensor : graph_.initializer()) initializers_[tensor.name()] = &tensor;
    for (const onnx::ValueInfoProto& input : graph_.input()) inputs_.insert(input.name());
    for (const onnx::ValueInfoProto& output : graph_.output()) outputs_.insert(output.name());
    for (int i = 0; i < graph_.node_size(); ++i) {
        const onnx::NodeProto& node = graph_.node(i);
        for (const std::string& output : node.output()) producers_[output] = i;
        for (int j = 0; j < node.input_size(); ++j) {
            if (!node.input(j).empty()) uses_[node.input(j)].push_back({i, j});
        }
        for (const onnx::AttributeProto& attribute : node.attribute()) {
            if (attribute.has_g()) add_inner(attribute.g());
            for (const onnx::GraphProto& inner : attribute.graphs()) add_inner(inner);
        }
    }
    add_names(graph_);
}

void GraphIndex::add_inner(const onnx::GraphProto& graph) {
    add_names(graph);
    for (const onnx::ValueInfoProto& output : graph.output()) inside_.insert(output.name());
    for (const onnx::NodeProto& node : graph.node()) {
        for (const std::string& input : node.input()) inside_.insert(input);
        for (const onnx::AttributeProto& attribute : node.attribute()) {
            if (attribute.has_g()) add_inner(attribute.g());
            for (const onnx::GraphProto& inner : attribute.graphs()) add_inner(inner);
        }
    }
}

void GraphIndex::add_names(const onnx::GraphProto& graph) {
    for (const onnx::ValueInfoProto& input : graph.input()) names_.insert(input.name());
    for (const onnx::ValueInfoProto& value : graph.value_info()) names_.insert(value.name());
    for (const onnx::TensorProto& tensor : graph.initializer()) names_.insert(tensor.name());
    for (const onnx::SparseTensorProto& tensor : graph.sparse_initializer())
        names_.insert(tensor.values().name());
    for (const onnx::NodeProto& node : graph.node()) {
        names_.insert(node.name());
        for (const std::string& output : node.output()) names_.insert(output);
    }
}

bool GraphIndex::is(const onnx::NodeProto& node, const char* op) {
    return node.op_type() == op && is_own_domain(node.domain());
}

const onnx::TensorProto* GraphIndex::initializer(const std::string& value) const {
    const auto found = initializers_.find(value);
    return found == initializers_.end() ? nullptr : found->second;
}

int GraphIndex::producer(const std::string& value) const {
    const auto found = producers_.find(value);
    return found == producers_.end() ? -1 : found->second;
}

const std::vector<ValueUse>& GraphIndex::uses(const std::string& value) const {
    static const std::vector<ValueUse> kNone;
    const auto found = uses_.find(value);
    return found == uses_.end() ? kNone : found->second;
}

}  // namespace eckart::io
