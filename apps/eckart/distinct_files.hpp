#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace eckart::cli {

/// A path on the command line and what it is for: {"the output", "small.safetensors"}.
struct NamedPath {
    std::string role;
    std::filesystem::path path;
};

/// Throws InvalidArgument when an output is an input or another output: by the same path, a symbolic link or
/// a hard link. An empty path is no file.
void require_distinct(const std::vector<NamedPath>& inputs, const std::vector<NamedPath>& outputs);

}  // namespace eckart::cli
