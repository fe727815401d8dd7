#pragma once

#include <filesystem>
#include <vector>

#pragma GCC visibility push(default)

namespace eckart {

/// Creates `folder` with its parents, and in the end removes those of them that it created and that stayed
/// empty.
class CreatedFolders {
  public:
    /// Throws IoError.
    explicit CreatedFolders(const std::filesystem::path& folder);
    ~CreatedFolders();
    CreatedFolders(const CreatedFolders&) = delete;
    CreatedFolders& operator=(const CreatedFolders&) = delete;

  private:
    std::vector<std::filesystem::path> created_;  // the deepest first
};

/// Creates `folder` with its parents where they are missing. Throws IoError.
void create_folder(const std::filesystem::path& folder);

/// Removes a file that may be missing. Throws IoError.
void remove_file(const std::filesystem::path& file);

}  // namespace eckart

#pragma GCC visibility pop
