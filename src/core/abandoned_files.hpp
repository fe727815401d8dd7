#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

namespace eckart {

/// What writers of `target` that no longer run have left beside it: .NAME.PROCESS*ENDING, files or folders.
/// Empty where the folder cannot be read.
std::vector<std::filesystem::path> abandoned_files(const std::filesystem::path& target,
                                                   std::string_view ending);

}  // namespace eckart
