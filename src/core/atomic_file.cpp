#include "eckart/core/atomic_file.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <limits>
#include <system_error>

#include "core/abandoned_files.hpp"
#include "eckart/core/error.hpp"

namespace eckart {
namespace fs = std::filesystem;
namespace {

fs::path folder_of(const fs::path& target) {
    return target.has_parent_path() ? target.parent_path() : fs::path(".");
}

std::string reason(int error) {
    return std::generic_category().message(error);
}

[[noreturn]] void fail(const fs::path& target, std::string_view what, int error) {
    const char* hint = "";
    if (error == ENOSPC || error == EDQUOT) hint = "; free some space or choose another folder";
    if (error == EACCES || error == EPERM || error == EROFS) hint = "; choose a folder you may write to";
    throw IoError(fmt::format("cannot {} '{}': {}{}", what, target.string(), reason(error), hint));
}

void check_target(const fs::path& target, Overwrite overwrite) {
    if (target.empty()) throw IoError("the output path is empty; name a file");
    std::error_code error;
    const fs::path folder = folder_of(target);
    if (!fs::is_directory(folder, error)) {
        throw IoError(fmt::format("cannot write '{}': the folder '{}' does not exist; create it first",
                                  target.string(), folder.string()));
    }
    if (fs::is_directory(target, error)) {
        throw IoError(fmt::format("cannot write '{}': it is a directory; name a file", target.string()));
    }
    // Renaming over a device or a pipe would remove it from the system: with enough rights, even /dev/null,
    // or /dev/stdout, which is a link to a regular file when output goes there.
    const std::string place = fs::canonical(folder, error).string() + "/";
    const bool of_the_system = place.starts_with("/dev/") || place.starts_with("/proc/");
    if ((fs::exists(target, error) && !fs::is_regular_file(target, error)) ||
        (of_the_system && !place.starts_with("/dev/shm/"))) {
        throw IoError(
            fmt::format("cannot write '{}': it is not a regular file; name another one", target.string()));
    }
    if (overwrite == Overwrite::kRefuse && fs::exists(fs::symlink_status(target, error))) {
        throw IoError(fmt::format("'{}' exists already; add --force to replace it", target.string()));
    }
}

std::atomic<unsigned> numbers_given{0};

fs::path temporary_name(const fs::path& target) {
    return folder_of(target) /
           fmt::format(".{}.{}-{}.tmp", target.filename().string(), getpid(), numbers_given.fetch_add(1));
}

/// Makes the file under a name that nobody has: an earlier process of the same number may have left some.
int create_temporary(const fs::path& target, fs::path& name) {
    constexpr int kTries = 1000;
    int descriptor = -1;
    for (int i = 0; i < kTries && descriptor < 0; ++i) {
        name = temporary_name(target);
        descriptor = open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (descriptor < 0 && errno != EEXIST) break;
    }
    return descriptor;
}

/// Another thread may have made a file that it has not locked yet.
constexpr unsigned kAllAreOurs = std::numeric_limits<unsigned>::max();

// A process that was killed leaves its temporary file behind. A living writer is known by its number, and
// where that says nothing (another container, another machine) by the lock on its file.
void remove_abandoned_temporaries(const fs::path& target) {
    for (const fs::path& path : abandoned_files(target, ".tmp", kAllAreOurs)) {
        const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
        if (descriptor < 0) continue;
        if (flock(descriptor, LOCK_EX | LOCK_NB) == 0) unlink(path.c_str());
        close(descriptor);
    }
}

void sync_folder(const fs::path& folder) {
    const int descriptor = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return;  // a folder that may be written but not read: the rename itself has succeeded
    fsync(descriptor);
    close(descriptor);
}

/// Gives a file that is on disk the target's name, in the same file system.
void take_name(const fs::path& finished, const fs::path& target, Overwrite overwrite) {
    if (overwrite == Overwrite::kRefuse) {
        // link() refuses an existing name, so a file that appeared meanwhile is not lost.
        if (link(finished.c_str(), target.c_str()) == 0) {
            unlink(finished.c_str());
            sync_folder(folder_of(target));
            return;
        }
        if (errno == EEXIST) check_target(target, overwrite);
    }
    if (rename(finished.c_str(), target.c_str()) != 0) fail(target, "write", errno);
    sync_folder(folder_of(target));
}

}  // namespace

AtomicFile::AtomicFile(fs::path target, Overwrite overwrite, Leftovers leftovers)
    : target_(std::move(target)), overwrite_(overwrite) {
    check_target(target_, overwrite_);
    if (leftovers == Leftovers::kRemove) remove_abandoned_temporaries(target_);
    descriptor_ = create_temporary(target_, temporary_);
    if (descriptor_ < 0) fail(target_, "write", errno);
    flock(descriptor_,
          LOCK_EX | LOCK_NB);  // where a file system knows no locks, nothing is cleaned up either
    // What nobody else could read stays so when it is replaced.
    struct stat old {};
    if (stat(target_.c_str(), &old) == 0) fchmod(descriptor_, old.st_mode & 0777U);
}

AtomicFile::~AtomicFile() {
    if (descriptor_ >= 0) close(descriptor_);
    if (!temporary_.empty()) unlink(temporary_.c_str());
}

void AtomicFile::write(const void* bytes, std::size_t size) {
    const char* next = static_cast<const char*>(bytes);
    while (size > 0) {
        const ssize_t written = ::write(descriptor_, next, size);
        if (written < 0) {
            if (errno == EINTR) continue;
            fail(target_, "write", errno);
        }
        next += written;
        size -= static_cast<std::size_t>(written);
    }
}

void AtomicFile::commit() {
    if (fsync(descriptor_) != 0) fail(target_, "write", errno);
    const int closed = close(descriptor_);
    descriptor_ = -1;
    if (closed != 0) fail(target_, "write", errno);
    take_name(temporary_, target_, overwrite_);
    temporary_.clear();
}

void publish_file(const fs::path& finished, const fs::path& target, Overwrite overwrite) {
    check_target(target, overwrite);
    struct stat old {};
    if (stat(target.c_str(), &old) == 0) chmod(finished.c_str(), old.st_mode & 0777U);
    take_name(finished, target, overwrite);
}

void write_file(const fs::path& target, std::string_view text, Overwrite overwrite) {
    AtomicFile file(target, overwrite);
    file.write(text);
    file.commit();
}

void require_writable(const fs::path& target, Overwrite overwrite) {
    AtomicFile probe(target, overwrite);
}

std::string read_file(const fs::path& path, std::size_t limit) {
    struct stat info {};
    if (stat(path.c_str(), &info) != 0) {
        throw IoError(fmt::format("cannot read '{}': {}", path.string(), reason(errno)));
    }
    if (!S_ISREG(info.st_mode)) {
        throw IoError(fmt::format("cannot read '{}': it is {}; name a file", path.string(),
                                  S_ISDIR(info.st_mode) ? "a directory" : "not a regular file"));
    }
    if (static_cast<std::size_t>(info.st_size) > limit) {
        throw FormatError(fmt::format("'{}' has {} bytes, more than the {} allowed here", path.string(),
                                      info.st_size, limit));
    }
    std::ifstream file(path, std::ios::binary);
    if (!file) throw IoError(fmt::format("cannot read '{}': {}", path.string(), reason(errno)));
    std::string content(static_cast<std::size_t>(info.st_size), '\0');
    file.read(content.data(), static_cast<std::streamsize>(content.size()));
    if (static_cast<std::size_t>(file.gcount()) != content.size()) {
        throw IoError(fmt::format("cannot read '{}': it ended after {} of {} bytes", path.string(),
                                  file.gcount(), content.size()));
    }
    return content;
}

}  // namespace eckart
