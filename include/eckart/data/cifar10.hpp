#pragma once

#include <filesystem>

#include "eckart/core/atomic_file.hpp"
#include "eckart/data/dataset.hpp"

#pragma GCC visibility push(default)

namespace eckart::data {

/// Whether `folder` has a file of CIFAR-10's binary layout.
bool is_cifar10(const std::filesystem::path& folder);

/// Reads CIFAR-10's binary version (Krizhevsky 2009): data_batch_1.bin to data_batch_5.bin for training,
/// test_batch.bin for testing, names of the classes in batches.meta.txt (one per line). A record is a label
/// (one byte, 0..9) and 3 x 32 x 32 bytes of pixels, channel-major. Batches may have any number of records,
/// so that smaller sets can use the layout; later training batches may be missing. Throws IoError and
/// FormatError.
DatasetPair load_cifar10(const std::filesystem::path& folder);

/// Writes `data` in the same layout, the training set in at most five batches of nearly equal size. Creates
/// the folder. All files are written under other names before the first appears, so a full disk leaves
/// everything as it was; then with kReplace all older files of the layout are removed. test_batch.bin appears
/// last: without it a folder is not read. Throws InvalidArgument for images of another shape, not exactly ten
/// classes, a label above 9 or an empty part, IoError otherwise.
void write_cifar10(const DatasetPair& data, const std::filesystem::path& folder, Overwrite overwrite);

/// Fails before the work starts instead of after it: throws IoError where write_cifar10 would. Leaves
/// nothing behind.
void require_writable_cifar10(const std::filesystem::path& folder, Overwrite overwrite);

}  // namespace eckart::data

#pragma GCC visibility pop
