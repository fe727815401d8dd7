#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "eckart/core/atomic_file.hpp"
#include "eckart/core/matrix.hpp"

#pragma GCC visibility push(default)

namespace eckart::io {

class InputFile;

/// Limits of the format; a file beyond them is refused before anything is allocated for it.
inline constexpr std::uint64_t kLargestHeader = 100'000'000;
inline constexpr std::size_t kMostTensors = 100'000;

/// One tensor of a safetensors file. Its bytes are [begin, end) of the buffer after the header, row-major and
/// little-endian.
struct TensorInfo {
    std::string name;
    std::string dtype;  ///< as in the file: "F32", "BF16", "I64", ...
    std::vector<std::uint64_t> shape;
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
};

/// The header of a safetensors file.
struct SafetensorsHeader {
    std::map<std::string, std::string> metadata;
    std::vector<TensorInfo> tensors;  ///< in the order of their bytes
};

/// Checks and reads a header's JSON text for a buffer of `buffer_size` bytes. Strict: exactly the members of
/// the format, no duplicate keys, known dtypes, shapes and offsets that are unsigned integers, end - begin =
/// bytes of the shape, and tensors that tile the buffer without hole or overlap. Throws FormatError naming
/// `file`, the tensor and the fault.
SafetensorsHeader parse_safetensors_header(std::string_view text, std::uint64_t buffer_size,
                                           const std::string& file);

/// Reads a safetensors file tensor by tensor, so that memory holds one copy of what the caller keeps.
class SafetensorsReader {
  public:
    /// Opens the file and reads its header. Throws IoError when it cannot be read and FormatError when it is
    /// not a valid safetensors file; other formats (pickle, ONNX, HDF5, ...) are named, with what to do.
    explicit SafetensorsReader(std::filesystem::path path);
    ~SafetensorsReader();
    SafetensorsReader(const SafetensorsReader&) = delete;
    SafetensorsReader& operator=(const SafetensorsReader&) = delete;

    [[nodiscard]] const SafetensorsHeader& header() const { return header_; }
    [[nodiscard]] const std::filesystem::path& path() const;
    /// Null when there is no such tensor.
    [[nodiscard]] const TensorInfo* find(std::string_view name) const;
    /// A tensor of one or two dimensions as floats; a vector of m entries comes as (1, m). F16, BF16 and F64
    /// are converted. Throws FormatError for other dtypes and dimensions and for NaN or infinite entries,
    /// naming the tensor and their number; IoError when reading fails.
    [[nodiscard]] MatrixF read_matrix(const TensorInfo& tensor) const;
    /// `size` bytes of a tensor of any dtype from its byte `offset`. Safe from several threads. Throws
    /// InvalidArgument beyond the tensor's end, IoError when reading fails.
    void read(const TensorInfo& tensor, std::uint64_t offset, void* into, std::uint64_t size) const;

  private:
    std::unique_ptr<InputFile> file_;
    std::uint64_t data_start_ = 0;
    SafetensorsHeader header_;
};

/// A tensor to be written; `data` stays with the caller.
struct TensorSource {
    std::string name;
    std::vector<std::uint64_t> shape;
    const void* data = nullptr;
    std::string dtype = "F32";
};

/// Appends a whole safetensors file to `file`: header padded to a multiple of 8 bytes, tensors sorted by
/// name, as the reference implementation writes them. Equal input gives equal bytes. Throws IoError, and
/// InvalidArgument for a repeated or reserved name.
void write_safetensors(AtomicFile& file, const std::map<std::string, std::string>& metadata,
                       std::vector<TensorSource> tensors);

}  // namespace eckart::io

#pragma GCC visibility pop
