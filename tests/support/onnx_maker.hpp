#pragma once

#include <filesystem>
#include <initializer_list>
#include <string>

#include "eckart/core/atomic_file.hpp"
#include "eckart/core/matrix.hpp"
#include "io/onnx/messages.hpp"
#include "scratch_folder.hpp"

namespace eckart::test {

/// A model of opset 17 with the input "x" and the output "y" that a test fills in.
class OnnxMaker {
  public:
    OnnxMaker() {
        model_.set_ir_version(8);
        onnx::OperatorSetIdProto* opset = model_.add_opset_import();
        opset->set_version(17);
        model_.mutable_graph()->set_name("g");
        model_.mutable_graph()->add_input()->set_name("x");
        model_.mutable_graph()->add_output()->set_name("y");
    }

    onnx::ModelProto& model() { return model_; }
    onnx::GraphProto& graph() { return *model_.mutable_graph(); }

    onnx::TensorProto& add_weight(const std::string& name, const MatrixF& weight) {
        onnx::TensorProto* tensor = graph().add_initializer();
        tensor->set_name(name);
        tensor->set_data_type(onnx::TensorProto::FLOAT);
        tensor->add_dims(weight.rows());
        tensor->add_dims(weight.cols());
        tensor->set_raw_data(weight.data(), static_cast<std::size_t>(weight.size()) * sizeof(float));
        return *tensor;
    }

    onnx::NodeProto& add_node(const std::string& op, std::initializer_list<std::string> inputs,
                              const std::string& output) {
        onnx::NodeProto* node = graph().add_node();
        node->set_op_type(op);
        for (const std::string& input : inputs) node->add_input(input);
        node->add_output(output);
        return *node;
    }

    std::filesystem::path save(const ScratchFolder& folder) const {
        const std::filesystem::path path = folder / "model.onnx";
        write_file(path, model_.SerializeAsString(), Overwrite::kReplace);
        return path;
    }

  private:
    onnx::ModelProto model_;
};

}  // namespace eckart::test
