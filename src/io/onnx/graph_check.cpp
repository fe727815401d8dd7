#include "io/onnx/graph_check.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <string>
#include <unordered_set>

#include "io/onnx/faults.hpp"
#include "io/onnx/graph_index.hpp"

namespace eckart::io {

namespace {

/// The values that nodes of one graph can use: its own and those of the graphs around it.
class Scope {
  public:
    Scope(const Scope* outer, const std::filesystem::path& file) : outer_(outer), file_(file) {}

    [[nodiscard]] bool knows(const std::string& value) const {
        return values_.contains(value) || (outer_ != nullptr && outer_->knows(value));
    }
    void make(const std::string& value) {
        if (!value.empty() && !values_.insert(value).second) {
            fail_onnx(file_, fmt::format("makes the value '{}' twice; export it again", printable(value)));
        }
    }
    /// Inputs and initializers may share a name: then the initializer is the input's default.
    void give(const std::string& value) { values_.insert(value); }
    [[nodiscard]] const std::filesystem::path& file() const { return file_; }

  private:
    const Scope* outer_;
    const std::filesystem::path& file_;
    std::unordered_set<std::string> values_;
};

void check_subgraph(const onnx::GraphProto& graph, const Scope* outer, const std::filesystem::path& file);

/// A name that a later node makes is a different fault from one that nothing makes.
template <class Nodes>
[[noreturn]] void fail_unknown(const onnx::NodeProto& user, const std::string& value, const Nodes& nodes,
                               const Scope& scope) {
    for (const onnx::NodeProto& node : nodes) {
        for (const std::string& output : node.output()) {
            if (output != value) continue;
            fail_onnx(
                scope.file(),
                fmt::format("uses '{}' in {} before {} makes it: the graph has a cycle, or its nodes are not "
                            "in order; export it again",
                            printable(value), node_text(user), node_text(node)));
        }
    }
    fail_onnx(scope.file(), fmt::format("uses '{}' in {}, but nothing makes it; export it again",
                                        printable(value), node_text(user)));
}

void check_attributes(const onnx::NodeProto& node, const Scope& scope) {
    std::unordered_set<std::string> seen;
    for (const onnx::AttributeProto& attribute : node.attribute()) {
        if (!seen.insert(attribute.name()).second) {
            fail_onnx(scope.file(), fmt::format("gives {} the attribute '{}' twice; export it again",
                                                node_text(node), printable(attribute.name())));
        }
        if (attribute.type() == onnx::AttributeProto::GRAPH && !attribute.has_g() &&
            attribute.ref_attr_name().empty()) {
            fail_onnx(scope.file(), fmt::format("gives {} no graph as '{}'; export it again", node_text(node),
                                                printable(attribute.name())));
        }
        if (attribute.has_g()) check_subgraph(attribute.g(), &scope, scope.file());
        for (const onnx::GraphProto& graph : attribute.graphs()) check_subgraph(graph, &scope, scope.file());
    }
}

/// The operators whose nodes are taken apart or followed, each of which makes one value.
void check_outputs(const onnx::NodeProto& node, const Scope& scope) {
    constexpr std::array kOneOutput{"Add",  "Cast",     "Constant", "Conv",     "DequantizeLinear",
                                    "Gemm", "Identity", "MatMul",   "Transpose"};
    if (std::ranges::all_of(node.output(), [](const std::string& output) { return output.empty(); }))
        fail_onnx(scope.file(), fmt::format("has a {} without outputs; export it again", node_text(node)));
    const bool understood =
        std::ranges::any_of(kOneOutput, [&](const char* op) { return GraphIndex::is(node, op); });
    if (understood && node.output_size() != 1) {
        fail_onnx(scope.file(), fmt::format("gives {} {} outputs, where 1 belongs; export it again",
                                            node_text(node), node.output_size()));
    }
}

template <class Nodes>
void check_nodes(const Nodes& nodes, Scope& scope) {
    for (const onnx::NodeProto& node : nodes) {
        if (node.op_type().empty()) {
            fail_onnx(scope.file(),
                      fmt::format("has a {} without an operator; export it again", node_text(node)));
        }
        for (const std::string& input : node.input()) {
            if (!input.empty() && !scope.knows(input)) fail_unknown(node, input, nodes, scope);
        }
        check_attributes(node, scope);
        check_outputs(node, scope);
        for (const std::string& output : node.output()) scope.make(output);
    }
}

void check_subgraph(const onnx::GraphProto& graph, const Scope* outer, const std::filesystem::path& file) {
    Scope scope(outer, file);
    for (const onnx::ValueInfoProto& input : graph.input()) {
        if (input.name().empty()) fail_onnx(file, "has an input without a name; export it again");
        scope.make(input.name());
    }
    std::unordered_set<std::string> initializers;
    const auto add_initializer = [&](const std::string& name) {
        if (name.empty()) fail_onnx(file, "has an initializer without a name; export it again");
        if (!initializers.insert(name).second) {
            fail_onnx(file,
                      fmt::format("has two initializers called '{}'; export it again", printable(name)));
        }
        scope.give(name);
    };
    for (const onnx::TensorProto& tensor : graph.initializer()) add_initializer(tensor.name());
    for (const onnx::SparseTensorProto& tensor : graph.sparse_initializer())
        add_initializer(tensor.values().name());
    check_nodes(graph.node(), scope);
    std::unordered_set<std::string> outputs;
    for (const onnx::ValueInfoProto& output : graph.output()) {
        if (outer == nullptr && !outputs.insert(output.name()).second) {
            fail_onnx(file,
                      fmt::format("has the output '{}' twice; export it again", printable(output.name())));
        }
        if (scope.knows(output.name())) continue;
        fail_onnx(file, fmt::format("promises the output '{}', but nothing makes it; export it again",
                                    printable(output.name())));
    }
}

void check_function(const onnx::FunctionProto& function, const std::filesystem::path& file) {
    Scope scope(nullptr, file);
    for (const std::string& input : function.input()) scope.make(input);
    check_nodes(function.node(), scope);
    for (const std::string& output : function.output()) {
        if (scope.knows(output)) continue;
        fail_onnx(file, fmt::format("has a function '{}' whose output '{}' nothing makes; export it again",
                                    printable(function.name()), printable(output)));
    }
}

void check_opsets(const onnx::ModelProto& model, const std::filesystem::path& file) {
    std::unordered_set<std::string> domains;
    for (const onnx::OperatorSetIdProto& set : model.opset_import()) {
        const std::string domain = set.domain() == "ai.onnx" ? "" : set.domain();
        if (set.version() < 1 || !domains.insert(domain).second) {
            fail_onnx(file,
                      fmt::format("imports the operators of '{}' twice or in version {}; export it again",
                                  printable(set.domain()), set.version()));
        }
    }
    const bool needed = std::ranges::any_of(model.graph().node(), [](const onnx::NodeProto& node) {
        return node.domain().empty() || node.domain() == "ai.onnx";
    });
    if (needed && !domains.contains("")) {
        fail_onnx(file,
                  "is an ONNX model that does not say which operators it uses (no opset_import); export it "
                  "again");
    }
}

}  // namespace

void check_graph(const onnx::ModelProto& model, const std::filesystem::path& file) {
    constexpr std::int64_t kNewest = 1000;  // far beyond what exists: newer versions pass through
    if (model.ir_version() < 1 || model.ir_version() > kNewest) {
        fail_onnx(file, fmt::format("is not an ONNX model: its IR version is {}; export it again",
                                    model.ir_version()));
    }
    if (!model.has_graph() || (model.graph().node().empty() && model.graph().output().empty())) {
        fail_onnx(file, "is an ONNX model without a graph; export it again");
    }
    check_opsets(model, file);
    check_subgraph(model.graph(), nullptr, file);
    for (const onnx::FunctionProto& function : model.functions()) check_function(function, file);
}

}  // namespace eckart::io
