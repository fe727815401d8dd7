#pragma once

#include <filesystem>
#include <string>

#include "eckart/data/dataset.hpp"

namespace eckart::data {

/// "sha256:..." over labels and pixels of the training set, then of the test set.
std::string checksum_of(const Dataset& train, const Dataset& test);

/// The MD5 of a file's bytes in hexadecimal: what CIFAR-10's authors publish. Throws IoError.
std::string md5_of_file(const std::filesystem::path& path);

}  // namespace eckart::data
