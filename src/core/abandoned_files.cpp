#include "core/abandoned_files.hpp"

#include <fmt/core.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <string>
#include <system_error>

namespace eckart {
namespace fs = std::filesystem;

namespace {

/// Whether the process of "PROCESS-NUMBER" is there; true for what is not of that form.
bool writer_lives(std::string_view text, unsigned own) {
    const char* const end = text.data() + text.size();
    pid_t process = 0;
    const auto [mark, error] = std::from_chars(text.data(), end, process);
    if (error != std::errc{} || mark == end || *mark != '-' || process <= 0) return true;
    unsigned number = 0;
    const auto [stop, fault] = std::from_chars(mark + 1, end, number);
    if (fault != std::errc{} || stop != end) return true;
    if (process == getpid()) return number < own;
    return kill(process, 0) == 0 || errno != ESRCH;
}

}  // namespace

std::vector<fs::path> abandoned_files(const fs::path& target, std::string_view ending, unsigned own) {
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
        if (!writer_lives(writer, own)) abandoned.push_back(entry->path());
    }
    return abandoned;
}

}  // namespace eckart
