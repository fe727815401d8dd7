#include "data/cifar10_members.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/core.h>

#include <array>
#include <memory>
#include <system_error>

#include "data/cifar10_layout.hpp"
#include "eckart/core/atomic_file.hpp"
#include "eckart/core/error.hpp"

namespace eckart::data {
namespace fs = std::filesystem;
namespace {

constexpr std::array kFolders = {"cifar-10-batches-bin", "cifar-10-batches-py"};
// What an archive may unpack to in all, read or passed over: a bomb ends here.
constexpr std::int64_t kLargestArchive = std::int64_t{1} << 32;

using Archive = std::unique_ptr<archive, decltype(&archive_read_free)>;

[[noreturn]] void fail(const fs::path& path, const std::string& what) {
    throw FormatError(fmt::format("the archive '{}' {}", path.string(), what));
}

std::string reason(archive* handle) {
    const char* text = archive_error_string(handle);
    return text == nullptr ? "no reason given" : text;
}

Archive open_archive(const fs::path& path) {
    Archive handle(archive_read_new(), &archive_read_free);
    if (!handle) throw BackendError("libarchive cannot start");
    archive_read_support_filter_gzip(handle.get());
    archive_read_support_format_tar(handle.get());
    if (archive_read_open_filename(handle.get(), path.c_str(), 1 << 16) != ARCHIVE_OK) {
        fail(path, fmt::format("is neither .tar nor .tar.gz ({})", reason(handle.get())));
    }
    return handle;
}

// The member's name without "./" and CIFAR-10's folder; empty when that is not a file of CIFAR-10.
std::string member_name(archive_entry* entry) {
    const char* path = archive_entry_pathname(entry);
    std::string name = path == nullptr ? "" : path;
    if (name.starts_with("./")) name.erase(0, 2);
    for (const std::string folder : kFolders) {
        if (name.starts_with(folder + "/")) {
            name.erase(0, folder.size() + 1);
            break;
        }
    }
    return is_cifar10_member(name) ? name : "";
}

// The member's size in its header is not believed: memory grows with what is really there.
std::string read_member(archive* handle, const fs::path& path, const std::string& name) {
    std::string content;
    std::array<char, 1 << 16> chunk{};
    for (;;) {
        const la_ssize_t count = archive_read_data(handle, chunk.data(), chunk.size());
        if (count == 0) return content;
        if (count < 0) {
            fail(path, fmt::format("is cut off or damaged in its member '{}' ({}); get it again", name,
                                   reason(handle)));
        }
        content.append(chunk.data(), static_cast<std::size_t>(count));
        if (content.size() > kLargestMember) {
            fail(path, fmt::format("has a member '{}' of more than {} bytes", name, kLargestMember));
        }
    }
}

void report(ProgressObserver* observer, archive* handle, std::uintmax_t total) {
    if (observer == nullptr) return;
    const std::int64_t done = archive_filter_bytes(handle, -1);
    observer->on_progress({"reading the archive", static_cast<std::uint64_t>(done), total, "bytes", ""});
}

}  // namespace

bool is_cifar10_member(const std::string& name) {
    if (name == "batches.meta" || name == "batches.meta.txt") return true;
    if (name == "test_batch" || name == "test_batch.bin") return true;
    for (int number = 1; number <= kCifar10Batches; ++number) {
        const std::string batch = fmt::format("data_batch_{}", number);
        if (name == batch || name == batch + ".bin") return true;
    }
    return false;
}

Cifar10Members read_archive_members(const fs::path& path, ProgressObserver* observer) {
    const std::uintmax_t total = fs::file_size(path);
    const Archive handle = open_archive(path);
    Cifar10Members members;
    archive_entry* entry = nullptr;
    for (;;) {
        const int status = archive_read_next_header(handle.get(), &entry);
        if (status == ARCHIVE_EOF) return members;
        if (status != ARCHIVE_OK && status != ARCHIVE_WARN) {
            fail(path,
                 fmt::format("is cut off, damaged or no .tar.gz ({}); get it again", reason(handle.get())));
        }
        if (archive_filter_bytes(handle.get(), 0) > kLargestArchive) {
            fail(path,
                 fmt::format("unpacks to more than {} bytes, which CIFAR-10 does not", kLargestArchive));
        }
        report(observer, handle.get(), total);
        const std::string name = member_name(entry);
        if (name.empty()) continue;
        if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry) != nullptr) {
            fail(path, fmt::format("has '{}' as something else than a file", name));
        }
        if (members.count(name) != 0) fail(path, fmt::format("has '{}' twice", name));
        members[name] = read_member(handle.get(), path, name);
    }
}

Cifar10Members read_folder_members(const fs::path& folder) {
    Cifar10Members members;
    for (const fs::path& place : {folder, folder / kFolders[0], folder / kFolders[1]}) {
        std::error_code error;
        for (fs::directory_iterator entry(place, error), end; !error && entry != end;
             entry.increment(error)) {
            const std::string name = entry->path().filename().string();
            if (is_cifar10_member(name)) members[name] = read_file(entry->path(), kLargestMember);
        }
        if (error && error != std::errc::no_such_file_or_directory && error != std::errc::not_a_directory) {
            throw IoError(fmt::format("cannot read the folder '{}': {}", place.string(), error.message()));
        }
        if (!members.empty()) break;
    }
    return members;
}

}  // namespace eckart::data
