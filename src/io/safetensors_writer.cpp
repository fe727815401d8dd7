#include <fmt/core.h>

#include <algorithm>
#include <cstring>

#include "eckart/core/error.hpp"
#include "eckart/core/json.hpp"
#include "eckart/io/safetensors.hpp"
#include "io/dtype.hpp"
#include "io/printable.hpp"

namespace eckart::io {

namespace {

std::uint64_t bytes_of(const TensorSource& tensor) {
    std::uint64_t bytes = dtype_size(tensor.dtype);
    for (const std::uint64_t dimension : tensor.shape) bytes *= dimension;
    return bytes;
}

void check_names(const std::vector<TensorSource>& sorted) {
    for (std::size_t i = 0; i < sorted.size(); ++i) {
        if (sorted[i].name == "__metadata__" || (i > 0 && sorted[i].name == sorted[i - 1].name)) {
            throw InvalidArgument(fmt::format("safetensors: the tensor name '{}' is reserved or given twice",
                                              printable(sorted[i].name)));
        }
    }
}

std::string header_text(const std::map<std::string, std::string>& metadata,
                        const std::vector<TensorSource>& tensors) {
    Json header = Json::object();
    if (!metadata.empty()) header["__metadata__"] = metadata;
    std::uint64_t position = 0;
    for (const TensorSource& tensor : tensors) {
        const std::uint64_t end = position + bytes_of(tensor);
        header[tensor.name] = {
            {"dtype", tensor.dtype}, {"shape", tensor.shape}, {"data_offsets", {position, end}}};
        position = end;
    }
    std::string text = to_text(header);
    text.append((8 - text.size() % 8) % 8, ' ');
    return text;
}

}  // namespace

void write_safetensors(AtomicFile& file, const std::map<std::string, std::string>& metadata,
                       std::vector<TensorSource> tensors) {
    std::ranges::sort(tensors, {}, &TensorSource::name);
    check_names(tensors);
    const std::string header = header_text(metadata, tensors);
    const std::uint64_t length = header.size();
    file.write(&length, sizeof length);
    file.write(header);
    for (const TensorSource& tensor : tensors) file.write(tensor.data, bytes_of(tensor));
}

}  // namespace eckart::io
