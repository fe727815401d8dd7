#include "io/onnx/chain_export.hpp"

#include <fmt/core.h>

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "eckart/io/model_file.hpp"
#include "io/network_tensors.hpp"
#include "io/onnx/free_names.hpp"
#include "io/onnx/messages.hpp"
#include "io/onnx/wire.hpp"
#include "io/safetensors/state_dict.hpp"

namespace eckart::io {

namespace {

constexpr std::int64_t kIrVersion = 8;
constexpr std::int64_t kOpset = 17;
constexpr const char* kInput = "input";
constexpr const char* kOutput = "log_probabilities";

/// The parameters' own memory.
class Parameters final : public DataSource {
  public:
    std::size_t add(const MatrixF& entries) {
        entries_.push_back(&entries);
        return entries_.size() - 1;
    }
    [[nodiscard]] std::uint64_t size(std::size_t reference) const override {
        return static_cast<std::uint64_t>(entries_.at(reference)->size()) * sizeof(float);
    }
    void copy(std::size_t reference, AtomicFile& target) const override {
        target.write(entries_.at(reference)->data(), static_cast<std::size_t>(size(reference)));
    }

  private:
    std::vector<const MatrixF*> entries_;
};

class GraphMaker {
  public:
    GraphMaker(const model::Network<float>& network, onnx::GraphProto& graph, Parameters& parameters)
        : network_(network), graph_(graph), parameters_(parameters) {}

    void make() {
        graph_.set_name("eckart");
        const model::Architecture& architecture = network_.architecture();
        add_value(*graph_.add_input(), kInput, architecture.input);
        add_value(*graph_.add_output(), kOutput, architecture.classes());
        for (const model::Parameter<float>* parameter : network_.parameters()) add_parameter(*parameter);
        for (std::size_t i = 0; i < architecture.steps.size(); ++i) add_step(i + 1, architecture.steps[i]);
        onnx::NodeProto& last =
            add_node("LogSoftmax", "log_softmax", {value_name(architecture.steps.size())}, kOutput);
        set_integer(last, "axis", 1);
    }

  private:
    static std::string value_name(std::size_t number) {
        return number == 0 ? kInput : fmt::format("value_{}", number);
    }

    static void add_value(onnx::ValueInfoProto& value, const char* name, std::int64_t width) {
        value.set_name(name);
        onnx::TypeProto::Tensor& type = *value.mutable_type()->mutable_tensor_type();
        type.set_elem_type(onnx::TensorProto::FLOAT);
        type.mutable_shape()->add_dim()->set_dim_param("batch");
        type.mutable_shape()->add_dim()->set_dim_value(width);
    }

    void add_parameter(const model::Parameter<float>& parameter) {
        onnx::TensorProto& tensor = *graph_.add_initializer();
        tensor.set_name(parameter.name);
        tensor.set_data_type(onnx::TensorProto::FLOAT);
        if (!parameter.is_vector) tensor.add_dims(parameter.value.rows());
        tensor.add_dims(parameter.value.cols());
        set_reference(tensor, parameters_.add(parameter.value));
    }

    onnx::NodeProto& add_node(const char* op, const std::string& name, const std::vector<std::string>& inputs,
                              const std::string& output) {
        onnx::NodeProto& node = *graph_.add_node();
        node.set_op_type(op);
        node.set_name(
            free_names_.find(name, [&](const std::string& free) { return names_.insert(free).second; }));
        for (const std::string& input : inputs) node.add_input(input);
        node.add_output(output);
        return node;
    }

    static void set_integer(onnx::NodeProto& node, const char* name, std::int64_t value) {
        onnx::AttributeProto& attribute = *node.add_attribute();
        attribute.set_name(name);
        attribute.set_type(onnx::AttributeProto::INT);
        attribute.set_i(value);
    }

    void add_step(std::size_t number, const model::Step& step) {
        const std::string x = value_name(step.input);
        const std::string y = value_name(number);
        switch (step.kind) {
            case model::Step::Kind::kLinear:
                add_layer(network_.layer(step.layer), x, y);
                break;
            case model::Step::Kind::kRelu:
                add_node("Relu", fmt::format("relu_{}", number), {x}, y);
                break;
            case model::Step::Kind::kAdd:
                add_node("Add", fmt::format("add_{}", number), {x, value_name(step.other)}, y);
                break;
        }
    }

    /// One Gemm for each weight, which is stored as (out, in).
    void add_layer(const model::Linear<float>& layer, const std::string& x, const std::string& y) {
        const auto parameters = layer.parameters();
        const auto product = [&](std::vector<std::string> inputs, const std::string& name,
                                 const std::string& output) {
            set_integer(add_node("Gemm", name, inputs, output), "transB", 1);
        };
        std::vector<std::string> last{x, parameters[0]->name};
        if (layer.factored()) {
            const std::string hidden = y + "_hidden";
            product({x, parameters[0]->name}, layer.name() + ".0", hidden);
            last = {hidden, parameters[1]->name};
        }
        if (layer.bias().value.size() > 0) last.push_back(layer.bias().name);
        product(std::move(last), layer.factored() ? layer.name() + ".1" : layer.name(), y);
    }

    const model::Network<float>& network_;
    onnx::GraphProto& graph_;
    Parameters& parameters_;
    std::set<std::string> names_;  ///< of nodes
    FreeNames free_names_;
};

void add_metadata(onnx::ModelProto& model, const std::string& key, const std::string& text) {
    onnx::StringStringEntryProto& entry = *model.add_metadata_props();
    entry.set_key(key);
    entry.set_value(text);
}

}  // namespace

void write_onnx(AtomicFile& file, const model::Network<float>& network, const RunRecord& record) {
    onnx::ModelProto model;
    model.set_ir_version(kIrVersion);
    model.set_producer_name("eckart");
    model.set_producer_version(record.version);
    onnx::OperatorSetIdProto& opset = *model.add_opset_import();
    opset.set_domain("");
    opset.set_version(kOpset);
    Parameters parameters;
    GraphMaker(network, *model.mutable_graph(), parameters).make();
    add_metadata(model, kArchitectureKey, to_text(model::to_json(network.architecture())));
    add_metadata(model, kRunRecordKey, to_text(to_json(record)));
    if (network.factored()) add_metadata(model, kFactorsKey, factors_text(factor_ranks(network)));
    write_skeleton(model, parameters, file);
}

}  // namespace eckart::io
