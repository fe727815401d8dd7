#include "io/onnx/external_writer.hpp"

namespace eckart::io {

namespace {

// What runtimes map into memory begins at a page.
constexpr std::uint64_t kPage = 4096;

class ExternalWriter {
  public:
    ExternalWriter(const DataSource& data, const std::function<bool(std::size_t)>& is_external,
                   const std::string& location, AtomicFile& file)
        : data_(data), is_external_(is_external), location_(location), file_(file) {}

    void write(onnx::GraphProto& graph) {
        for (onnx::TensorProto& tensor : *graph.mutable_initializer()) write(tensor);
        for (onnx::NodeProto& node : *graph.mutable_node()) write(node);
    }

    void write(onnx::NodeProto& node) {
        for (onnx::AttributeProto& attribute : *node.mutable_attribute()) {
            if (attribute.has_t()) write(*attribute.mutable_t());
            for (onnx::TensorProto& tensor : *attribute.mutable_tensors()) write(tensor);
            if (attribute.has_g()) write(*attribute.mutable_g());
            for (onnx::GraphProto& graph : *attribute.mutable_graphs()) write(graph);
        }
    }

  private:
    void write(onnx::TensorProto& tensor) {
        for (const onnx::StringStringEntryProto& entry : tensor.external_data()) {
            if (entry.key() != kReferenceKey) continue;
            const std::size_t reference = std::stoull(entry.value());
            if (is_external_(reference)) move_out(tensor, reference);
            return;
        }
    }

    void move_out(onnx::TensorProto& tensor, std::size_t reference) {
        const std::uint64_t size = data_.size(reference);
        if (size >= kPage && position_ % kPage != 0) {
            const std::string gap(kPage - position_ % kPage, '\0');
            file_.write(gap);
            position_ += gap.size();
        }
        tensor.clear_external_data();
        const auto say = [&](const char* key, const std::string& value) {
            onnx::StringStringEntryProto* entry = tensor.add_external_data();
            entry->set_key(key);
            entry->set_value(value);
        };
        say("location", location_);
        say("offset", std::to_string(position_));
        say("length", std::to_string(size));
        tensor.set_data_location(onnx::TensorProto::EXTERNAL);
        data_.copy(reference, file_);
        position_ += size;
    }

    const DataSource& data_;
    const std::function<bool(std::size_t)>& is_external_;
    const std::string& location_;
    AtomicFile& file_;
    std::uint64_t position_ = 0;
};

}  // namespace

void write_external(onnx::ModelProto& model, const DataSource& data,
                    const std::function<bool(std::size_t)>& is_external, const std::string& location,
                    AtomicFile& file) {
    ExternalWriter writer(data, is_external, location, file);
    writer.write(*model.mutable_graph());
    for (onnx::FunctionProto& function : *model.mutable_functions()) {
        for (onnx::NodeProto& node : *function.mutable_node()) writer.write(node);
    }
}

}  // namespace eckart::io
