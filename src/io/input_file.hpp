#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace eckart::io {

/// A regular file read at random places. No memory map: a file that another process cuts short would end the
/// program by a signal, and pages once touched would count as its memory.
class InputFile {
  public:
    /// Throws IoError when the file cannot be opened or is not a regular file.
    explicit InputFile(std::filesystem::path path);
    InputFile(InputFile&& other) noexcept;
    InputFile& operator=(InputFile&&) = delete;
    ~InputFile();

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    [[nodiscard]] std::uint64_t size() const { return size_; }
    /// The first bytes, by which formats are told apart; fewer than 16 of a shorter file. Throws IoError.
    [[nodiscard]] std::string beginning() const;
    /// Exactly `size` bytes from `offset`. Throws IoError. Safe from several threads.
    void read(std::uint64_t offset, void* into, std::uint64_t size) const;

  private:
    std::filesystem::path path_;
    int descriptor_ = -1;
    std::uint64_t size_ = 0;
};

}  // namespace eckart::io
