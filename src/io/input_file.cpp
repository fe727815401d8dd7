#include "io/input_file.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include "eckart/core/error.hpp"

namespace eckart::io {

namespace {

[[noreturn]] void fail_read(const std::filesystem::path& path, const std::string& what) {
    throw IoError(fmt::format("cannot read '{}': {}", path.string(), what));
}

std::uint64_t regular_file_size(int descriptor, const std::filesystem::path& path) {
    struct stat info {};
    if (fstat(descriptor, &info) != 0) fail_read(path, std::generic_category().message(errno));
    if (S_ISDIR(info.st_mode)) fail_read(path, "it is a directory; name a file");
    if (!S_ISREG(info.st_mode)) fail_read(path, "it is not a regular file");
    return static_cast<std::uint64_t>(info.st_size);
}

}  // namespace

InputFile::InputFile(std::filesystem::path path) : path_(std::move(path)) {
    descriptor_ = open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor_ < 0) fail_read(path_, std::generic_category().message(errno));
    try {
        size_ = regular_file_size(descriptor_, path_);
    } catch (...) {
        close(descriptor_);
        throw;
    }
}

InputFile::InputFile(InputFile&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)), size_(other.size_) {}

InputFile::~InputFile() {
    if (descriptor_ >= 0) close(descriptor_);
}

void InputFile::read(std::uint64_t offset, void* into, std::uint64_t size) const {
    auto* next = static_cast<unsigned char*>(into);
    while (size > 0) {
        const ssize_t got =
            pread(descriptor_, next, std::min<std::uint64_t>(size, 1U << 30), static_cast<off_t>(offset));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) fail_read(path_, std::generic_category().message(errno));
        if (got == 0) fail_read(path_, "it became shorter while it was read");
        next += got;
        offset += static_cast<std::uint64_t>(got);
        size -= static_cast<std::uint64_t>(got);
    }
}

std::string InputFile::beginning() const {
    std::string bytes(static_cast<std::size_t>(std::min<std::uint64_t>(size_, 16)), '\0');
    read(0, bytes.data(), bytes.size());
    return bytes;
}

}  // namespace eckart::io
