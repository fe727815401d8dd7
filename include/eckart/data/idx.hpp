#pragma once

#include <filesystem>

#include "eckart/data/dataset.hpp"

#pragma GCC visibility push(default)

namespace eckart::data {

/// Whether `folder` has a file named like those of MNIST.
bool is_idx(const std::filesystem::path& folder);

/// Reads MNIST (LeCun 1998), Fashion-MNIST (Xiao 2017) or any set of gray images in their four IDX files:
/// train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte, each
/// plain or compressed with the ending .gz. A file of images is the number 0x803, then count, height and
/// width, and count x height x width bytes; one of labels is 0x801, the count, and as many bytes; numbers are
/// big-endian, 32 bits. The two known sets are recognized by their first labels; in others the classes are
/// named by number.
///
/// Memory: the images once; a file's sizes are believed only as far as its bytes go. Throws IoError and
/// FormatError.
DatasetPair load_idx(const std::filesystem::path& folder);

}  // namespace eckart::data

#pragma GCC visibility pop
