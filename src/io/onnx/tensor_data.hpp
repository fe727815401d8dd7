#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "io/input_file.hpp"
#include "io/onnx/wire.hpp"

namespace eckart::io {

/// An ONNX data type as safetensors calls it ("F32", "BF16", ...), or ONNX's own name where safetensors has
/// none.
std::string dtype_name(int data_type);

/// The files of a model and where in them the data of its tensors is. Every tensor has been checked: its
/// shape, and that it has the bytes or entries that its shape needs.
class TensorData {
  public:
    /// Reads the skeleton of the model in `path` and checks all of its tensors, those of subgraphs and
    /// functions as well. External data must lie in files of the model's folder. Throws FormatError naming
    /// the tensor, and IoError.
    explicit TensorData(const std::filesystem::path& path);

    [[nodiscard]] const onnx::ModelProto& model() const { return model_; }
    [[nodiscard]] const std::filesystem::path& path() const { return files_.front().path(); }
    [[nodiscard]] const std::vector<DataReference>& references() const { return references_; }
    [[nodiscard]] const InputFile& file(std::size_t index) const { return files_[index]; }
    /// Whether the model came with external data.
    [[nodiscard]] bool external() const { return files_.size() > 1; }
    /// Bytes of the tensor's data.
    [[nodiscard]] std::uint64_t bytes(const onnx::TensorProto& tensor) const;

    [[nodiscard]] std::vector<std::filesystem::path> files() const;

  private:
    void check(onnx::TensorProto& tensor);
    void resolve_external(onnx::TensorProto& tensor, std::uint64_t expected);
    std::size_t open_beside(const std::string& location, const std::string& tensor);

    std::vector<InputFile> files_;
    std::vector<DataReference> references_;
    /// Of external data by file, offset and length: tensors may share it.
    std::map<std::tuple<std::size_t, std::uint64_t, std::uint64_t>, std::size_t> external_;
    onnx::ModelProto model_;
};

/// Entries of a tensor whose shape has been checked.
std::uint64_t entry_count(const onnx::TensorProto& tensor);

}  // namespace eckart::io
