#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "eckart/core/progress.hpp"

namespace eckart::data {

/// The files of one version of CIFAR-10, as they are named in it.
using Cifar10Members = std::map<std::string, std::string>;  // name -> content

/// Whether `name` is a file of the binary version (data_batch_1.bin) or of the Python version (data_batch_1).
bool is_cifar10_member(const std::string& name);

/// Largest member that is read from an archive or folder, in bytes.
inline constexpr std::size_t kLargestMember = std::size_t{1} << 28;

/// The members of a .tar or .tar.gz archive that are named like files of CIFAR-10, alone or in the folder
/// cifar-10-batches-bin or cifar-10-batches-py. Everything else is passed over, unread. Throws IoError and
/// FormatError.
Cifar10Members read_archive_members(const std::filesystem::path& archive, ProgressObserver* observer);

/// The same of a folder, or of its subfolder with one of those two names.
Cifar10Members read_folder_members(const std::filesystem::path& folder);

}  // namespace eckart::data
