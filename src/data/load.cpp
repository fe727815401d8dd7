#include "eckart/data/load.hpp"

#include <fmt/core.h>

#include <system_error>

#include "eckart/core/error.hpp"
#include "eckart/data/cifar10.hpp"

namespace eckart::data {

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
    throw FormatError(
        fmt::format("'{}' holds no data set; expected are CIFAR-10's data_batch_1.bin ... test_batch.bin",
                    folder.string()));
}

}  // namespace eckart::data
