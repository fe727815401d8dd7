#include "eckart/io/model_file.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <string>

#include "eckart/core/error.hpp"
#include "io/foreign_file.hpp"
#include "io/input_file.hpp"
#include "io/onnx/onnx_model.hpp"
#include "io/safetensors_model.hpp"

namespace eckart::io {

namespace {

std::string first_bytes(const std::filesystem::path& path) {
    const InputFile file(path);
    std::string start(std::min<std::uint64_t>(file.size(), 16), '\0');
    file.read(0, start.data(), start.size());
    return start;
}

}  // namespace

std::unique_ptr<ModelFile> open_model(const std::filesystem::path& path) {
    const std::string start = first_bytes(path);
    if (start.starts_with('{')) return std::make_unique<SafetensorsModel>(path, read_shard_index(path));
    if (looks_like_onnx(start, path)) return open_onnx(path);
    if (const std::string foreign = recognize_foreign_file(start); !foreign.empty()) {
        throw FormatError(fmt::format("'{}' is neither safetensors nor ONNX but {}", path.string(), foreign));
    }
    return std::make_unique<SafetensorsModel>(path);
}

}  // namespace eckart::io
