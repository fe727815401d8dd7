#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#pragma GCC visibility push(default)

namespace eckart {

/// What to do when the target of a write exists.
enum class Overwrite { kRefuse, kReplace };

/// What to do with the temporary files that killed writers of the same target have left: looking for them
/// reads the whole folder.
enum class Leftovers { kRemove, kKeep };

/// A file that appears under its name only when complete.
///
/// Bytes go to a temporary file (O_EXCL) in the target's folder; commit() flushes it to disk (fsync), renames
/// it over the target and flushes the folder. Without commit(), the destructor removes the temporary file and
/// the target stays as it was. What killed processes left of earlier attempts at `target` is removed.
class AtomicFile {
  public:
    /// Throws IoError when the folder is missing or not writable, when `target` is a directory, a device, a
    /// pipe or a link to one, or anything in /proc or /dev (but /dev/shm), or when it exists and `overwrite`
    /// is kRefuse.
    AtomicFile(std::filesystem::path target, Overwrite overwrite, Leftovers leftovers = Leftovers::kRemove);
    ~AtomicFile();
    AtomicFile(const AtomicFile&) = delete;
    AtomicFile& operator=(const AtomicFile&) = delete;

    /// Appends `size` bytes. Throws IoError (full disk, quota, ...).
    void write(const void* bytes, std::size_t size);
    void write(std::string_view text) { write(text.data(), text.size()); }
    /// Everything written so far is readable at this path until commit(): for reading back before replacing.
    [[nodiscard]] const std::filesystem::path& temporary_path() const noexcept { return temporary_; }
    /// Publishes the file. Throws IoError; then the target is unchanged.
    void commit();

  private:
    std::filesystem::path target_;
    std::filesystem::path temporary_;
    Overwrite overwrite_;
    int descriptor_ = -1;
};

/// Writes `text` to `target` atomically.
void write_file(const std::filesystem::path& target, std::string_view text, Overwrite overwrite);

/// Gives the complete file `finished`, in the same file system, the name `target`: at once, as commit() does.
/// Throws IoError; then both are as they were.
void publish_file(const std::filesystem::path& finished, const std::filesystem::path& target,
                  Overwrite overwrite);

/// Fails before the work starts instead of after it: throws IoError exactly where AtomicFile's constructor
/// would.
void require_writable(const std::filesystem::path& target, Overwrite overwrite);

/// The whole content of a regular file. Throws IoError when it is missing, unreadable or not a regular file,
/// and FormatError when it is larger than `limit` bytes.
std::string read_file(const std::filesystem::path& path, std::size_t limit);

}  // namespace eckart

#pragma GCC visibility pop
