#pragma once

#include <filesystem>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "io/onnx/messages.hpp"

namespace eckart::io {

/// One place where a node of the main graph uses a value.
struct ValueUse {
    int node = 0;
    int input = 0;
};

/// Who makes and who uses each value of a model's main graph, which has been checked (graph_check.hpp).
class GraphIndex {
  public:
    GraphIndex(const onnx::ModelProto& model, const std::filesystem::path& file);

    [[nodiscard]] const onnx::GraphProto& graph() const { return graph_; }
    [[nodiscard]] const onnx::NodeProto& node(int index) const { return graph_.node(index); }
    [[nodiscard]] const std::filesystem::path& file() const { return file_; }
    /// Of ONNX's own operators; 0 where the model imports none.
    [[nodiscard]] std::int64_t opset() const { return opset_; }
    /// Whether it is ONNX's own operator `op`.
    [[nodiscard]] static bool is(const onnx::NodeProto& node, const char* op);

    /// The initializer of that name, or null.
    [[nodiscard]] const onnx::TensorProto* initializer(const std::string& value) const;
    /// The node that makes the value, or -1.
    [[nodiscard]] int producer(const std::string& value) const;
    [[nodiscard]] const std::vector<ValueUse>& uses(const std::string& value) const;
    /// Whether the body of a branch or loop uses it.
    [[nodiscard]] bool used_inside(const std::string& value) const { return inside_.contains(value); }
    [[nodiscard]] bool is_input(const std::string& value) const { return inputs_.contains(value); }
    [[nodiscard]] bool is_output(const std::string& value) const { return outputs_.contains(value); }
    /// Before IR 4 every initializer had to be an input as well; since then that makes it a default, which a
    /// caller may replace.
    [[nodiscard]] bool may_be_replaced(const std::string& value) const {
        return ir_version_ >= 4 && is_input(value);
    }
    [[nodiscard]] bool inputs_need_initializers() const { return ir_version_ < 4; }
    /// Names of values and nodes, those inside of branches and loops as well.
    [[nodiscard]] const std::unordered_set<std::string>& names() const { return names_; }

  private:
    void add_names(const onnx::GraphProto& graph);
    void add_inner(const onnx::GraphProto& graph);

    const onnx::GraphProto& graph_;
    const std::filesystem::path& file_;
    std::int64_t opset_ = 0;
    std::int64_t ir_version_ = 0;
    std::unordered_map<std::string, const onnx::TensorProto*> initializers_;
    std::unordered_map<std::string, int> producers_;
    std::unordered_map<std::string, std::vector<ValueUse>> uses_;
    std::unordered_set<std::string> inside_;
    std::unordered_set<std::string> inputs_;
    std::unordered_set<std::string> outputs_;
    std::unordered_set<std::string> names_;
};

}  // namespace eckart::io
