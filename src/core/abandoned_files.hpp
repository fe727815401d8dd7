#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

namespace eckart {

/// What writers of `target` that no longer run have left beside it: .NAME.PROCESS-NUMBER and `ending`, files
/// or folders. `own`: how many numbers this process has given; what has a higher one is of an earlier process
/// of the same number, as containers have them. Empty where the folder cannot be read.
std::vector<std::filesystem::path> abandoned_files(const std::filesystem::path& target,
                                                   std::string_view ending, unsigned own);

}  // namespace eckart
