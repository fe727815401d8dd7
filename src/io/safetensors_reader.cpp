#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <limits>
#include <system_error>

#include "eckart/core/error.hpp"
#include "eckart/io/safetensors.hpp"
#include "io/dtype.hpp"
#include "io/foreign_file.hpp"
#include "io/printable.hpp"

namespace eckart::io {
namespace fs = std::filesystem;

namespace {

[[noreturn]] void fail_io(const fs::path& path, const std::string& what) {
    throw IoError(fmt::format("cannot read '{}': {}", path.string(), what));
}

[[noreturn]] void fail_format(const fs::path& path, const std::string& what) {
    throw FormatError(fmt::format("'{}' {}", path.string(), what));
}

/// Exactly `size` bytes from `offset`.
void read_exactly(int descriptor, const fs::path& path, std::uint64_t offset, void* into,
                  std::uint64_t size) {
    auto* next = static_cast<unsigned char*>(into);
    while (size > 0) {
        const ssize_t got =
            pread(descriptor, next, std::min<std::uint64_t>(size, 1U << 30), static_cast<off_t>(offset));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) fail_io(path, std::generic_category().message(errno));
        if (got == 0) fail_io(path, "it became shorter while it was read");
        next += got;
        offset += static_cast<std::uint64_t>(got);
        size -= static_cast<std::uint64_t>(got);
    }
}

std::uint64_t regular_file_size(int descriptor, const fs::path& path) {
    struct stat info {};
    if (fstat(descriptor, &info) != 0) fail_io(path, std::generic_category().message(errno));
    if (S_ISDIR(info.st_mode)) fail_io(path, "it is a directory; name a file");
    if (!S_ISREG(info.st_mode)) fail_io(path, "it is not a regular file");
    return static_cast<std::uint64_t>(info.st_size);
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

SafetensorsReader::SafetensorsReader(fs::path path) : path_(std::move(path)) {
    descriptor_ = open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor_ < 0) fail_io(path_, std::generic_category().message(errno));
    try {
        const std::uint64_t size = regular_file_size(descriptor_, path_);
        std::string start(std::min<std::uint64_t>(size, 16), '\0');
        read_exactly(descriptor_, path_, 0, start.data(), start.size());
        if (const std::string foreign = recognize_foreign_file(start); !foreign.empty()) {
            fail_format(path_, fmt::format("is not a safetensors file but {}", foreign));
        }
        if (size < 8)
            fail_format(path_, fmt::format("is not a safetensors file: it has only {} bytes", size));
        std::uint64_t length = 0;
        std::memcpy(&length, start.data(), sizeof length);
        if (length > kLargestHeader) {
            fail_format(
                path_, fmt::format("is not a safetensors file: its header would have {} bytes, more than the "
                                   "{} allowed",
                                   length, kLargestHeader));
        }
        if (length > size - 8) {
            fail_format(path_,
                        fmt::format("is cut off: its header has {} bytes, but only {} follow; get it again",
                                    length, size - 8));
        }
        std::string text(length, '\0');
        read_exactly(descriptor_, path_, 8, text.data(), length);
        data_start_ = 8 + length;
        header_ = parse_safetensors_header(text, size - data_start_, path_.string());
    } catch (...) {
        close(descriptor_);
        throw;
    }
}

SafetensorsReader::~SafetensorsReader() {
    close(descriptor_);
}

const TensorInfo* SafetensorsReader::find(std::string_view name) const {
    const auto found = std::ranges::find(header_.tensors, name, &TensorInfo::name);
    return found == header_.tensors.end() ? nullptr : &*found;
}

MatrixF SafetensorsReader::read_matrix(const TensorInfo& tensor) const {
    if (!is_floating(tensor.dtype)) {
        fail_format(path_, fmt::format("holds '{}' as {}; weights must be F16, BF16, F32 or F64",
                                       printable(tensor.name), tensor.dtype));
    }
    const auto [rows, cols] = matrix_shape(path_, tensor);
    MatrixF matrix(rows, cols);
    const std::uint64_t width = dtype_size(tensor.dtype);
    const auto count = static_cast<std::uint64_t>(matrix.size());
    constexpr std::uint64_t kChunk = 1U << 20;
    if (tensor.dtype == "F32") {
        read_exactly(descriptor_, path_, data_start_ + tensor.begin, matrix.data(), count * width);
    } else {
        std::vector<unsigned char> bytes(static_cast<std::size_t>(std::min(count, kChunk) * width));
        for (std::uint64_t i = 0; i < count; i += kChunk) {
            const std::uint64_t part = std::min(kChunk, count - i);
            read_exactly(descriptor_, path_, data_start_ + tensor.begin + i * width, bytes.data(),
                         part * width);
            convert_to_float(tensor.dtype, bytes.data(), part, matrix.data() + i);
        }
    }
    check_finite(path_, tensor, matrix);
    return matrix;
}

}  // namespace eckart::io
