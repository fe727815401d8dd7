#pragma once

#include <filesystem>
#include <string>

namespace eckart::cli {

/// A path on the command line and what it is for: {"the output", "small.safetensors"}.
struct NamedPath {
    std::string role;
    std::filesystem::path path;
};

/// Throws InvalidArgument when both are one file, by the same path, a symbolic link or a hard link. An empty
/// path is no file.
void require_distinct(const NamedPath& one, const NamedPath& other);

}  // namespace eckart::cli
