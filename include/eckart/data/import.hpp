#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "eckart/core/atomic_file.hpp"
#include "eckart/core/progress.hpp"
#include "eckart/core/stop.hpp"
#include "eckart/data/dataset.hpp"

#pragma GCC visibility push(default)

namespace eckart::data {

/// MD5 of the two archives that CIFAR-10's authors publish: cifar-10-binary.tar.gz and
/// cifar-10-python.tar.gz.
std::vector<std::string> cifar10_archive_checksums();

struct ImportOptions {
    /// An archive is taken when its MD5 is one of these; empty: any archive is taken.
    std::vector<std::string> checksums = cifar10_archive_checksums();
    Overwrite overwrite = Overwrite::kRefuse;
    ProgressObserver* observer = nullptr;  ///< may be null
};

/// Reads CIFAR-10 as its authors publish it: an archive (.tar.gz or .tar) or the folder unpacked from it, in
/// the binary or the Python version.
///
/// Nothing is unpacked: from an archive only regular members with the expected names are read, into memory,
/// whatever else it holds; the pickles of the Python version are read as data and never run. All five
/// training batches and the test batch must be there. Memory: the images twice. Throws IoError, NetworkError
/// for an archive whose checksum is another, FormatError for content that is malformed.
DatasetPair read_published_cifar10(const std::filesystem::path& source, const ImportOptions& options);

/// Reads `source` as above and writes it to `folder` with write_cifar10. Whether `folder` can be written is
/// checked first. Returns the data set with `folder` as its location.
DatasetPair import_cifar10(const std::filesystem::path& source, const std::filesystem::path& folder,
                           const ImportOptions& options);

}  // namespace eckart::data

#pragma GCC visibility pop
