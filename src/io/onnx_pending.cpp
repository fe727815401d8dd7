#include "eckart/core/error.hpp"
#include "io/onnx/onnx_model.hpp"

namespace eckart::io {

// In the place of onnx/onnx_model.cpp until that is there.
std::unique_ptr<ModelFile> open_onnx(const std::filesystem::path& path) {
    throw FormatError("'" + path.string() + "' is an ONNX model, which this version cannot read");
}

}  // namespace eckart::io
