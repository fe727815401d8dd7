#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "eckart/core/atomic_file.hpp"
#include "eckart/core/progress.hpp"
#include "eckart/core/stop.hpp"
#include "eckart/data/dataset.hpp"
#include "eckart/data/import.hpp"

#pragma GCC visibility push(default)

namespace eckart::data {

struct DownloadOptions {
    /// The file is accepted when its MD5 is one of these; empty: any file is, and an earlier partial download
    /// is not continued, since nothing would tell whether its halves belong together.
    std::vector<std::string> checksums;
    std::uint64_t largest = std::uint64_t{1} << 30;  ///< bytes; a longer file is refused
    int stall_seconds = 60;                          ///< without a byte, after which an address is given up
    ProgressObserver* observer = nullptr;            ///< may be null
    StopRequested stop;
};

enum class DownloadOutcome {
    kComplete,
    kInterrupted,  ///< `stop` asked for it; what has come so far stays for the next call
};

/// Downloads the first of `urls` (http, https, file) that works to `target`.
///
/// Bytes arrive in a file beside the target, named after the address with the ending .part. What a broken
/// download left there is continued (HTTP Range) where the server can, and begun anew where it cannot or
/// where the whole has a wrong checksum. An address whose download breaks is asked again as long as it gives
/// some bytes more; then the next has its turn. Redirections are followed to http and https only. The target
/// appears when its checksum is right. Throws InvalidArgument for an address of another kind, IoError when
/// the disk refuses, NetworkError that names what was wrong with each address.
DownloadOutcome download(const std::vector<std::string>& urls, const std::filesystem::path& target,
                         const DownloadOptions& options);

struct FetchOptions {
    /// Addresses of CIFAR-10's archive, binary or Python version, tried in turn; empty: the authors' own.
    std::vector<std::string> urls;
    std::vector<std::string> checksums = cifar10_archive_checksums();  ///< empty: none is checked
    Overwrite overwrite = Overwrite::kRefuse;
    ProgressObserver* observer = nullptr;  ///< may be null
    StopRequested stop;
};

/// Downloads CIFAR-10 (170 MB) and writes its batches to `folder` as import_cifar10 does; the archive is
/// removed afterwards. Returns nothing when `stop` asked to end during the download: then the next call
/// continues it.
std::optional<DatasetPair> fetch_cifar10(const std::filesystem::path& folder, const FetchOptions& options);

}  // namespace eckart::data

#pragma GCC visibility pop
