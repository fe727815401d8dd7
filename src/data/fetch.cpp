#include "eckart/data/fetch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <system_error>

#include "data/checksum.hpp"
#include "data/transfer.hpp"
#include "eckart/core/created_folders.hpp"
#include "eckart/core/error.hpp"
#include "eckart/data/cifar10.hpp"

namespace eckart::data {
namespace fs = std::filesystem;
namespace {

constexpr const char* kOfficialAddress = "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz";
constexpr int kAttempts = 100;

void check_address(const std::string& url) {
    std::string lower = url.substr(0, 8);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return std::tolower(c); });
    for (const char* kind : {"http://", "https://", "file://"}) {
        if (lower.starts_with(kind)) return;
    }
    throw InvalidArgument(
        fmt::format("the address '{}' does not start with http://, https:// or file://", url));
}

// Where the bytes of `url` arrive. Mirrors of one file mostly call it the same, so that one continues what
// another began.
fs::path part_file(const std::string& url, const fs::path& target) {
    const std::string path = url.substr(0, url.find_first_of("?#"));
    std::string name;
    for (const char c : path.substr(path.find_last_of('/') + 1)) {
        const bool plain =
            std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '-' || c == '_';
        name += plain ? c : '_';
    }
    return target.parent_path() / (name.substr(0, 100) + ".part");
}

std::uintmax_t size_of(const fs::path& file) {
    std::error_code error;
    const std::uintmax_t size = fs::file_size(file, error);
    return error ? 0 : size;
}

bool accepted(const fs::path& file, const DownloadOptions& options, std::string& reason) {
    if (options.checksums.empty()) return true;
    const std::string found = md5_of_file(file);
    const auto& known = options.checksums;
    if (std::find(known.begin(), known.end(), found) != known.end()) return true;
    reason = fmt::format("its MD5 is {}, expected {}", found, fmt::join(known, " or "));
    return false;
}

enum class AddressEnd { kComplete, kInterrupted, kFailed };

// One address, asked as often as it gets further. What it leaves in `part` is worth to be continued.
AddressEnd try_address(const std::string& url, const fs::path& part, const DownloadOptions& options,
                       std::string& reason) {
    if (options.checksums.empty()) remove_file(part);
    bool may_begin_anew = true;
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
        const bool continued = size_of(part) > 0;
        const TransferEnd end = transfer(url, part, options);
        reason = end.reason;
        if (end.kind == TransferEnd::Kind::kInterrupted) return AddressEnd::kInterrupted;
        if (end.kind == TransferEnd::Kind::kRefused) return AddressEnd::kFailed;
        if (end.kind == TransferEnd::Kind::kBroken) {
            if (end.received == 0 || !may_begin_anew) return AddressEnd::kFailed;
            continue;
        }
        // Complete, or the server has no byte more than the part: then the part may be the whole.
        const bool whole = end.kind == TransferEnd::Kind::kComplete || !options.checksums.empty();
        if (whole && accepted(part, options, reason)) return AddressEnd::kComplete;
        remove_file(part);
        if (!continued || !may_begin_anew) return AddressEnd::kFailed;
        may_begin_anew = false;
    }
    return AddressEnd::kFailed;
}

void discard_if_empty(const fs::path& part) {
    if (size_of(part) == 0) remove_file(part);
}

void publish(const fs::path& part, const fs::path& target) {
    std::error_code error;
    fs::rename(part, target, error);
    if (error) throw IoError(fmt::format("cannot write '{}': {}", target.string(), error.message()));
}

}  // namespace

DownloadOutcome download(const std::vector<std::string>& urls, const fs::path& target,
                         const DownloadOptions& options) {
    if (urls.empty()) throw InvalidArgument("a download needs at least one address, found none");
    for (const std::string& url : urls) check_address(url);
    std::string reason;
    if (!options.checksums.empty() && size_of(target) > 0 && accepted(target, options, reason)) {
        return DownloadOutcome::kComplete;
    }
    require_writable(target, Overwrite::kReplace);
    std::vector<std::string> failures;
    std::uintmax_t kept = 0;
    for (const std::string& url : urls) {
        const fs::path part = part_file(url, target);
        const AddressEnd end = try_address(url, part, options, reason);
        if (end == AddressEnd::kComplete) {
            publish(part, target);
            return DownloadOutcome::kComplete;
        }
        kept = std::max(kept, size_of(part));
        discard_if_empty(part);
        if (end == AddressEnd::kInterrupted) return DownloadOutcome::kInterrupted;
        failures.push_back(fmt::format("'{}': {}", url, reason));
    }
    throw NetworkError(
        fmt::format("the download failed ({}); {}", fmt::join(failures, "; "),
                    kept > 0 && !options.checksums.empty()
                        ? fmt::format("{} bytes are kept, run the command again to continue", kept)
                        : "give another address with --url, or import an archive you have"));
}

std::optional<DatasetPair> fetch_cifar10(const fs::path& folder, const FetchOptions& options) {
    require_writable_cifar10(folder, options.overwrite);
    const CreatedFolders created(folder);
    const fs::path archive = folder / "cifar-10.tar.gz";
    DownloadOptions request;
    request.checksums = options.checksums;
    request.observer = options.observer;
    request.stop = options.stop;
    const std::vector<std::string> official{kOfficialAddress};
    if (download(options.urls.empty() ? official : options.urls, archive, request) ==
        DownloadOutcome::kInterrupted) {
        return std::nullopt;
    }
    ImportOptions import;
    import.checksums = options.checksums;
    import.overwrite = options.overwrite;
    import.observer = options.observer;
    try {
        DatasetPair data = import_cifar10(archive, folder, import);
        remove_file(archive);
        return data;
    } catch (const FormatError&) {
        remove_file(archive);  // no second reading would mend it
        throw;
    }
}

}  // namespace eckart::data
