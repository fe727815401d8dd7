#include "eckart/data/load.hpp"

#include <fmt/core.h>

#include <system_error>

#include "eckart/core/error.hpp"
#include "eckart/data/cifar10.hpp"
#include "eckart/data/idx.hpp"

namespace eckart::data {
namespace {

bool is_python_cifar10(const std::filesystem::path& folder) {
    std::error_code ignored;
    return std::filesystem::exists(folder / "data_batch_1", ignored) ||
           std::filesystem::exists(folder / "cifar-10-batches-py", ignored);
}

}  // namespace

DatasetPair load_dataset(const std::filesystem::path& folder) {
    std::error_code error;
    if (!std::filesystem::is_directory(folder, error)) {
        throw IoError(
            fmt::format("cannot read the data folder '{}': {}; make one with 'eckart data synth' or get "
                        "CIFAR-10 with 'eckart data fetch cifar10'",
                        folder.string(),
                        std::filesystem::exists(folder, error) ? "it is not a folder" : "it does not exist"));
    }
    for (const std::filesystem::path& place : {folder, folder / "cifar-10-batches-bin"}) {
        if (is_cifar10(place)) return load_cifar10(place);
    }
    for (const std::filesystem::path& place : {folder, folder / "raw"}) {
        if (is_idx(place)) return load_idx(place);
    }
    const std::filesystem::directory_iterator readable(folder, error);
    if (error) {
        throw IoError(fmt::format("cannot read the data folder '{}': {}; change its permissions",
                                  folder.string(), error.message()));
    }
    throw FormatError(fmt::format(
        "'{}' holds no data set; expected are CIFAR-10's data_batch_1.bin ... test_batch.bin, or MNIST's "
        "train-images-idx3-ubyte[.gz] ... t10k-labels-idx1-ubyte[.gz]{}",
        folder.string(),
        is_python_cifar10(folder)
            ? "; it holds CIFAR-10's Python version, which 'eckart data import' converts"
            : ""));
}

}  // namespace eckart::data
