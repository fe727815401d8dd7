#include "core/abandoned_files.hpp"

#include <fmt/core.h>
#include <signal.h>

#include <cerrno>
#include <charconv>
#include <string>
#include <system_error>

namespace eckart {
namespace fs = std::filesystem;

namespace {

/// Whether the process is there whose number `text` begins with; true where it begins with none.
bool writer_lives(std::string_view text) {
    pid_t process = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), process);
    const bool whole = end == text.data() + text.size() || *end == '-';
    if (error != std::errc{} || !whole || process <= 0) return true;
    return kill(process, 0) == 0 || errno != ESRCH;
}

}  // namespace

std::vector<fs::path> abandoned_files(const fs::path& target, std::string_view ending) {
    const fs::path folder = target.has_parent_path() ? target.parent_path() : fs::path(".");
    const std::string prefix = fmt::format(".{}.", target.filename().string());
    std::vector<fs::path> abandoned;
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
        const std::string name = entry->path().filename().string();
        if (name.size() < prefix.size() + ending.size() || !name.starts_with(prefix) ||
            !name.ends_with(ending)) {
            continue;
        }
        const std::string_view writer(name.data() + prefix.size(),
                                      name.size() - prefix.size() - ending.size());
        if (!writer_lives(writer)) abandoned.push_back(entry->path());
    }
    return abandoned;
}

}  // namespace eckart
