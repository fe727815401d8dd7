#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

#include "eckart/core/error.hpp"
#include "eckart/io/safetensors.hpp"
#include "io/decode_in_parts.hpp"
#include "io/dtype.hpp"
#include "io/foreign_file.hpp"
#include "io/input_file.hpp"
#include "io/printable.hpp"

namespace eckart::io {
namespace fs = std::filesystem;

namespace {

[[noreturn]] void fail_format(const fs::path& path, const std::string& what) {
    throw FormatError(fmt::format("'{}' {}", path.string(), what));
}

/// Rows and columns of a matrix or vector. Throws for what does not fit Eigen's index, too.
std::pair<Eigen::Index, Eigen::Index> matrix_shape(const fs::path& path, const TensorInfo& tensor) {
    if (tensor.shape.empty() || tensor.shape.size() > 2) {
        fail_format(path, fmt::format("holds '{}' with {} dimensions where a matrix or a vector is needed",
                                      printable(tensor.name), tensor.shape.size()));
    }
    constexpr auto kLargest = static_cast<std::uint64_t>(std::numeric_limits<Eigen::Index>::max());
    for (const std::uint64_t dimension : tensor.shape) {
        if (dimension > kLargest)
            fail_format(path, fmt::format("gives '{}' an impossible shape", printable(tensor.name)));
    }
    const auto last = static_cast<Eigen::Index>(tensor.shape.back());
    return {tensor.shape.size() == 2 ? static_cast<Eigen::Index>(tensor.shape[0]) : 1, last};
}

void check_finite(const fs::path& path, const TensorInfo& tensor, const MatrixF& matrix) {
    const auto bad = std::count_if(matrix.data(), matrix.data() + matrix.size(),
                                   [](float x) { return !std::isfinite(x); });
    if (bad > 0) {
        fail_format(
            path,
            fmt::format("holds {} NaN or infinite entries of {} in '{}'{}; its training has diverged, use "
                        "an earlier checkpoint",
                        bad, matrix.size(), printable(tensor.name),
                        tensor.dtype == "F64" ? " (as 32-bit floats)" : ""));
    }
}

}  // namespace

SafetensorsReader::SafetensorsReader(fs::path path) : file_(std::make_unique<InputFile>(std::move(path))) {
    const std::uint64_t size = file_->size();
    const std::string start = file_->beginning();
    if (const std::string foreign = recognize_foreign_file(start); !foreign.empty()) {
        fail_format(this->path(), fmt::format("is not a safetensors file but {}", foreign));
    }
    if (size < 8)
        fail_format(this->path(), fmt::format("is not a safetensors file: it has only {} bytes", size));
    std::uint64_t length = 0;
    std::memcpy(&length, start.data(), sizeof length);
    if (length > kLargestHeader) {
        fail_format(this->path(),
                    fmt::format("is not a safetensors file: its header would have {} bytes, more than the "
                                "{} allowed",
                                length, kLargestHeader));
    }
    if (length > size - 8) {
        fail_format(this->path(),
                    fmt::format("is cut off: its header has {} bytes, but only {} follow; get it again",
                                length, size - 8));
    }
    std::string text(length, '\0');
    file_->read(8, text.data(), length);
    data_start_ = 8 + length;
    header_ = parse_safetensors_header(text, size - data_start_, this->path().string());
}

SafetensorsReader::~SafetensorsReader() = default;

const std::filesystem::path& SafetensorsReader::path() const {
    return file_->path();
}

void SafetensorsReader::read(const TensorInfo& tensor, std::uint64_t offset, void* into,
                             std::uint64_t size) const {
    if (offset > tensor.end - tensor.begin || size > tensor.end - tensor.begin - offset) {
        throw InvalidArgument(fmt::format("'{}' has {} bytes; {} from {} were asked for",
                                          printable(tensor.name), tensor.end - tensor.begin, size, offset));
    }
    file_->read(data_start_ + tensor.begin + offset, into, size);
}

const TensorInfo* SafetensorsReader::find(std::string_view name) const {
    const auto found = std::ranges::find(header_.tensors, name, &TensorInfo::name);
    return found == header_.tensors.end() ? nullptr : &*found;
}

MatrixF SafetensorsReader::read_matrix(const TensorInfo& tensor) const {
    if (!is_floating(tensor.dtype)) {
        fail_format(path(), fmt::format("holds '{}' as {}; weights must be F16, BF16, F32 or F64",
                                        printable(tensor.name), tensor.dtype));
    }
    const auto [rows, cols] = matrix_shape(path(), tensor);
    MatrixF matrix(rows, cols);
    const auto fetch = [&](std::uint64_t offset, void* into, std::uint64_t size) {
        read(tensor, offset, into, size);
    };
    decode_in_parts<float>(fetch, tensor.dtype, static_cast<std::uint64_t>(matrix.size()), matrix.data());
    check_finite(path(), tensor, matrix);
    return matrix;
}

}  // namespace eckart::io
