#include "eckart/core/created_folders.hpp"

#include <fmt/core.h>

#include <system_error>

#include "eckart/core/error.hpp"

namespace eckart {
namespace fs = std::filesystem;

void create_folder(const fs::path& folder) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (!error && !fs::is_directory(folder, error) && !error)
        error = std::make_error_code(std::errc::not_a_directory);
    if (error) {
        throw IoError(fmt::format("cannot create the folder '{}': {}; name another folder", folder.string(),
                                  error.message()));
    }
}

void remove_file(const fs::path& file) {
    std::error_code error;
    fs::remove(file, error);
    if (error) throw IoError(fmt::format("cannot remove '{}': {}", file.string(), error.message()));
}

CreatedFolders::CreatedFolders(const fs::path& folder) {
    std::error_code error;
    for (fs::path path = folder; !path.empty() && !fs::exists(path, error) && !error;
         path = path.parent_path()) {
        created_.push_back(path);
    }
    create_folder(folder);
}

CreatedFolders::~CreatedFolders() {
    std::error_code ignored;
    for (const fs::path& path : created_) fs::remove(path, ignored);
}

}  // namespace eckart
