#include "folder_listing.hpp"

#include <fmt/core.h>

#include <fstream>
#include <functional>
#include <iterator>
#include <set>

namespace eckart::test {
namespace fs = std::filesystem;
namespace {

std::string content_of(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::string line_of(const fs::path& path) {
    const fs::file_status status = fs::symlink_status(path);
    std::string line =
        fmt::format("{} kind {} permissions {:o}", path.string(), static_cast<int>(status.type()),
                    static_cast<unsigned>(status.permissions()));
    if (fs::is_symlink(status)) return line + " to " + fs::read_symlink(path).string();
    if (!fs::is_regular_file(status)) return line;
    const std::string content = content_of(path);
    return line + fmt::format(" size {} hash {:x}", content.size(), std::hash<std::string>{}(content));
}

}  // namespace

std::string listing(const fs::path& folder) {
    std::set<std::string> lines;
    constexpr auto kSkip = fs::directory_options::skip_permission_denied;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder, kSkip)) {
        lines.insert(line_of(entry.path()));
    }
    std::string text;
    for (const std::string& line : lines) text += line + "\n";
    return text;
}

}  // namespace eckart::test
