#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "eckart/core/error.hpp"
#include "eckart/core/json.hpp"
#include "eckart/io/safetensors.hpp"
#include "io/dtype.hpp"
#include "io/printable.hpp"
#include "io/safetensors/stream_safetensors.hpp"

namespace eckart::io {

namespace {

void check_names(const std::vector<StreamedTensor>& sorted) {
    for (std::size_t i = 0; i < sorted.size(); ++i) {
        if (sorted[i].name == "__metadata__" || (i > 0 && sorted[i].name == sorted[i - 1].name)) {
            throw InvalidArgument(fmt::format("safetensors: the tensor name '{}' is reserved or given twice",
                                              printable(sorted[i].name)));
        }
    }
}

/// Text by text: an ordered JSON object compares each new key with all before it.
std::string header_text(const std::map<std::string, std::string>& metadata,
                        const std::vector<StreamedTensor>& tensors) {
    std::string text = "{";
    if (!metadata.empty()) text += "\"__metadata__\":" + to_text(Json(metadata));
    std::uint64_t position = 0;
    for (const StreamedTensor& tensor : tensors) {
        const std::uint64_t end = position + tensor_bytes(tensor.dtype, tensor.shape);
        text += fmt::format(R"({}{}:{{"dtype":"{}","shape":[{}],"data_offsets":[{},{}]}})",
                            text.size() > 1 ? "," : "", to_text(Json(tensor.name)), tensor.dtype,
                            fmt::join(tensor.shape, ","), position, end);
        position = end;
    }
    text += "}";
    text.append((8 - text.size() % 8) % 8, ' ');
    return text;
}

}  // namespace

std::uint64_t tensor_bytes(const std::string& dtype, const std::vector<std::uint64_t>& shape) {
    std::uint64_t bits = dtype_bits(dtype);
    for (const std::uint64_t dimension : shape) bits *= dimension;
    return (bits + 7) / 8;
}

void stream_safetensors(AtomicFile& file, const std::map<std::string, std::string>& metadata,
                        std::vector<StreamedTensor> tensors) {
    std::ranges::sort(tensors, {}, &StreamedTensor::name);
    check_names(tensors);
    const std::string header = header_text(metadata, tensors);
    const std::uint64_t length = header.size();
    file.write(&length, sizeof length);
    file.write(header);
    for (const StreamedTensor& tensor : tensors) tensor.write(file);
}

void write_safetensors(AtomicFile& file, const std::map<std::string, std::string>& metadata,
                       std::vector<TensorSource> tensors) {
    std::vector<StreamedTensor> streamed;
    streamed.reserve(tensors.size());
    for (TensorSource& tensor : tensors) {
        const std::uint64_t bytes = tensor_bytes(tensor.dtype, tensor.shape);
        streamed.push_back({std::move(tensor.name), std::move(tensor.dtype), std::move(tensor.shape),
                            [data = tensor.data, bytes](AtomicFile& to) { to.write(data, bytes); }});
    }
    stream_safetensors(file, metadata, std::move(streamed));
}

}  // namespace eckart::io
