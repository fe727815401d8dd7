#pragma once

#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

namespace eckart::data {

/// Reads a file front to back, decompressing it when it is compressed with gzip.
class GzipFile {
  public:
    /// Throws IoError when `path` is not a readable regular file.
    explicit GzipFile(std::filesystem::path path);
    ~GzipFile();
    GzipFile(const GzipFile&) = delete;
    GzipFile& operator=(const GzipFile&) = delete;

    /// The next `size` bytes. Memory grows with what is really there. Throws FormatError when the file ends
    /// before, or its compressed data are damaged.
    std::vector<std::uint8_t> read(std::size_t size);
    /// Throws FormatError when bytes are left, or the compressed data are cut off before their checksum.
    void require_end();

  private:
    std::size_t read_some(std::uint8_t* bytes, std::size_t size);

    std::filesystem::path path_;
    gzFile file_ = nullptr;
    std::size_t position_ = 0;
};

}  // namespace eckart::data
