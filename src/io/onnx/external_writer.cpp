#include "io/onnx/external_writer.hpp"

#include <string>
#include <unordered_map>

#include "io/onnx/each_tensor.hpp"

namespace eckart::io {

namespace {

// What runtimes map into memory begins at a page.
constexpr std::uint64_t kPage = 4096;

class ExternalWriter {
  public:
    ExternalWriter(const DataSource& data, const std::function<bool(std::size_t)>& is_external,
                   const std::string& location, AtomicFile& file)
        : data_(data), is_external_(is_external), location_(location), file_(file) {}

    void write(onnx::TensorProto& tensor) {
        for (const onnx::StringStringEntryProto& entry : tensor.external_data()) {
            if (entry.key() != kReferenceKey) continue;
            const std::size_t reference = std::stoull(entry.value());
            if (is_external_(reference)) move_out(tensor, reference);
            return;
        }
    }

  private:
    /// Where the data is in the file; what several tensors share is written once.
    std::uint64_t place_of(std::size_t reference, std::uint64_t size) {
        if (const auto place = places_.find(reference); place != places_.end()) return place->second;
        if (size >= kPage && position_ % kPage != 0) {
            const std::string gap(kPage - position_ % kPage, '\0');
            file_.write(gap);
            position_ += gap.size();
        }
        const std::uint64_t place = position_;
        data_.copy(reference, file_);
        position_ += size;
        places_[reference] = place;
        return place;
    }

    void move_out(onnx::TensorProto& tensor, std::size_t reference) {
        const std::uint64_t size = data_.size(reference);
        const std::uint64_t place = place_of(reference, size);
        tensor.clear_external_data();
        const auto say = [&](const char* key, const std::string& value) {
            onnx::StringStringEntryProto* entry = tensor.add_external_data();
            entry->set_key(key);
            entry->set_value(value);
        };
        say("location", location_);
        say("offset", std::to_string(place));
        say("length", std::to_string(size));
        tensor.set_data_location(onnx::TensorProto::EXTERNAL);
    }

    const DataSource& data_;
    const std::function<bool(std::size_t)>& is_external_;
    const std::string& location_;
    AtomicFile& file_;
    std::uint64_t position_ = 0;
    std::unordered_map<std::size_t, std::uint64_t> places_;
};

}  // namespace

void write_external(onnx::ModelProto& model, const DataSource& data,
                    const std::function<bool(std::size_t)>& is_external, const std::string& location,
                    AtomicFile& file) {
    ExternalWriter writer(data, is_external, location, file);
    for_each_tensor(model, [&writer](onnx::TensorProto& tensor) { writer.write(tensor); });
}

}  // namespace eckart::io
