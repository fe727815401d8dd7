#include "eckart/io/model_file.hpp"

#include <fmt/core.h>

#include <string>

#include "eckart/core/error.hpp"
#include "io/foreign_file.hpp"
#include "io/input_file.hpp"
#include "io/onnx/onnx_model.hpp"
#include "io/safetensors/safetensors_model.hpp"

namespace eckart::io {

Json to_json(const KeptTensor& tensor) {
    return {{"name", tensor.name}, {"shape", tensor.shape}, {"dtype", tensor.dtype}, {"why", tensor.why}};
}

std::unique_ptr<ModelFile> open_model(const std::filesystem::path& path) {
    const std::string start = InputFile(path).beginning();
    if (looks_like_json_object(start) && !looks_like_safetensors(start))
        return std::make_unique<SafetensorsModel>(path, read_shard_index(path));
    if (looks_like_onnx(start, path)) return open_onnx(path);
    if (const std::string foreign = recognize_foreign_file(start); !foreign.empty()) {
        throw FormatError(fmt::format("'{}' is neither safetensors nor ONNX but {}", path.string(), foreign));
    }
    return std::make_unique<SafetensorsModel>(path);
}

}  // namespace eckart::io
