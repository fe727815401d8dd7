#include "io/onnx/inner_weights.hpp"

#include <string>
#include <utility>

#include "io/dtype.hpp"
#include "io/onnx/tensor_data.hpp"

namespace eckart::io {

namespace {

class InnerWeights {
  public:
    std::vector<GraphKept> find(const onnx::ModelProto& model) {
        for (const onnx::NodeProto& node : model.graph().node()) look_into(node);
        for (const onnx::FunctionProto& function : model.functions()) {
            for (const onnx::NodeProto& node : function.node()) look_at(node, "is inside a function");
        }
        return std::move(found_);
    }

  private:
    void look_into(const onnx::NodeProto& node) {
        for (const onnx::AttributeProto& attribute : node.attribute()) {
            if (attribute.has_g()) look_into(attribute.g());
            for (const onnx::GraphProto& graph : attribute.graphs()) look_into(graph);
        }
    }

    void look_into(const onnx::GraphProto& graph) {
        constexpr const char* kWhy = "is inside a branch or loop";
        for (const onnx::TensorProto& tensor : graph.initializer()) keep(tensor, tensor.name(), kWhy);
        for (const onnx::NodeProto& node : graph.node()) look_at(node, kWhy);
    }

    void look_at(const onnx::NodeProto& node, const std::string& why) {
        for (const onnx::AttributeProto& attribute : node.attribute()) {
            if (attribute.has_t() && node.output_size() == 1) keep(attribute.t(), node.output(0), why);
        }
        look_into(node);
    }

    void keep(const onnx::TensorProto& tensor, const std::string& name, const std::string& why) {
        const bool is_matrix = tensor.dims_size() == 2 && tensor.dims(0) > 1 && tensor.dims(1) > 1;
        if (is_matrix && is_floating(dtype_name(tensor.data_type()))) found_.push_back({&tensor, name, why});
    }

    std::vector<GraphKept> found_;
};

}  // namespace

std::vector<GraphKept> inner_weights(const onnx::ModelProto& model) {
    return InnerWeights().find(model);
}

}  // namespace eckart::io
