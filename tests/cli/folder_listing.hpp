#pragma once

#include <filesystem>
#include <string>

namespace eckart::test {

/// Everything in a folder, one line each: path, kind, permissions and, for files, the size and a hash of the
/// content. Equal listings: nothing has changed.
std::string listing(const std::filesystem::path& folder);

}  // namespace eckart::test
