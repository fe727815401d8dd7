#include "data/gzip_file.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "eckart/core/error.hpp"

namespace eckart::data {
namespace {

constexpr std::size_t kChunk = std::size_t{1} << 22;

}  // namespace

GzipFile::GzipFile(std::filesystem::path path) : path_(std::move(path)) {
    std::error_code error;
    const std::filesystem::file_status status = std::filesystem::status(path_, error);
    if (!std::filesystem::exists(status)) {
        throw IoError(fmt::format("cannot read '{}': {}", path_.string(), error.message()));
    }
    if (!std::filesystem::is_regular_file(status)) {
        throw IoError(
            fmt::format("cannot read '{}': it is {}; name a file", path_.string(),
                        std::filesystem::is_directory(status) ? "a directory" : "not a regular file"));
    }
    file_ = gzopen(path_.c_str(), "rb");
    if (file_ == nullptr) {
        throw IoError(
            fmt::format("cannot read '{}': {}", path_.string(), std::generic_category().message(errno)));
    }
}

GzipFile::~GzipFile() {
    gzclose(file_);
}

std::size_t GzipFile::read_some(std::uint8_t* bytes, std::size_t size) {
    const int count = gzread(file_, bytes, static_cast<unsigned>(size));
    int code = Z_OK;
    const char* why = gzerror(file_, &code);
    if (code == Z_ERRNO) {
        throw IoError(
            fmt::format("cannot read '{}': {}", path_.string(), std::generic_category().message(errno)));
    }
    if (count < 0 || (code != Z_OK && code != Z_STREAM_END)) {
        throw FormatError(
            fmt::format("the compressed data of '{}' are cut off or damaged after {} bytes ({}); get "
                        "the file again",
                        path_.string(), position_ + static_cast<std::size_t>(std::max(count, 0)), why));
    }
    position_ += static_cast<std::size_t>(count);
    return static_cast<std::size_t>(count);
}

std::vector<std::uint8_t> GzipFile::read(std::size_t size) {
    std::vector<std::uint8_t> bytes;
    while (bytes.size() < size) {
        const std::size_t before = bytes.size();
        const std::size_t wanted = std::min(kChunk, size - before);
        bytes.resize(before + wanted);
        const std::size_t count = read_some(bytes.data() + before, wanted);
        if (count < wanted) {
            throw FormatError(fmt::format("'{}' ends after {} bytes; {} are missing by its own header",
                                          path_.string(), position_, size - before - count));
        }
    }
    return bytes;
}

void GzipFile::require_end() {
    std::uint8_t byte = 0;
    if (read_some(&byte, 1) != 0) {
        throw FormatError(fmt::format("'{}' goes on after the {} bytes that its header announces",
                                      path_.string(), position_ - 1));
    }
}

}  // namespace eckart::data
