#pragma once

#include <filesystem>

#include "eckart/data/dataset.hpp"

#pragma GCC visibility push(default)

namespace eckart::data {

/// Reads the data set in `folder`, whatever known layout it has: CIFAR-10 binary batches (in the folder
/// itself or in its subfolder cifar-10-batches-bin), or MNIST's IDX files (in the folder itself or in its
/// subfolder raw). Throws IoError when it cannot be read, and FormatError naming the file and what is wrong
/// with it, or, when nothing known is there, what was looked for.
DatasetPair load_dataset(const std::filesystem::path& folder);

}  // namespace eckart::data

#pragma GCC visibility pop
