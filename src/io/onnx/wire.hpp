#pragma once

#include <google/protobuf/io/coded_stream.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "eckart/core/atomic_file.hpp"
#include "io/input_file.hpp"
#include "io/onnx/messages.hpp"

namespace eckart::io {

// An ONNX model as bytes of Protocol Buffers. Nearly all of them are the raw data of tensors, which the
// message classes would hold in memory. So the file is read as a skeleton, in which large raw data is
// replaced by a reference, and written the other way round.

/// Where the bytes of a tensor are.
struct DataReference {
    std::size_t file = 0;  ///< index among the model's files; 0 is the .onnx file itself
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
    int field = 0;  ///< of TensorProto, that held them in the .onnx file; 0 elsewhere
};

/// Raw data of fewer bytes stays in the skeleton.
inline constexpr std::uint64_t kSmallData = 1024;

/// The key of the entry in a tensor's external_data whose value is the index of its DataReference.
inline constexpr const char* kReferenceKey = "eckart.reference";

/// Reads `file` without its large raw data; `references` gets one entry for each that was left out. Throws
/// FormatError when the bytes are no ONNX model, are nested too deeply or hold too many messages, and
/// IoError.
onnx::ModelProto read_skeleton(const InputFile& file, std::vector<DataReference>& references);

/// Gives the bytes of a reference, in parts.
class DataSource {
  public:
    virtual ~DataSource() = default;
    [[nodiscard]] virtual std::uint64_t size(std::size_t reference) const = 0;
    virtual void copy(std::size_t reference, AtomicFile& target) const = 0;
};

/// The index of the tensor's reference, or -1. Throws FormatError for one that is no number below `count`.
std::int64_t reference_of(const onnx::TensorProto& tensor, std::size_t count,
                          const std::filesystem::path& file);

/// Makes the tensor's data the reference `index`.
void set_reference(onnx::TensorProto& tensor, std::size_t index);

/// The bytes that write_skeleton() will write.
std::uint64_t skeleton_size(const onnx::ModelProto& model, const DataSource& data);

/// Writes the model with the raw data of every reference in its place. Throws InvalidArgument when it would
/// have more than 2 GB, which no reader takes.
void write_skeleton(const onnx::ModelProto& model, const DataSource& data, AtomicFile& target);

}  // namespace eckart::io
