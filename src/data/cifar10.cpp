#include "eckart/data/cifar10.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <system_error>

#include "data/checksum.hpp"
#include "data/cifar10_layout.hpp"
#include "eckart/core/created_folders.hpp"
#include "eckart/core/error.hpp"

namespace eckart::data {
namespace fs = std::filesystem;

namespace {

fs::path training_batch(const fs::path& folder, int number) {
    return folder / fmt::format("data_batch_{}.bin", number);
}

std::vector<std::string> read_class_names(const fs::path& path) {
    std::error_code ignored;
    if (!fs::exists(path, ignored)) return cifar10_class_names();
    return parse_binary_names(path.string(), read_file(path, 10'000));
}

void append_batch(const fs::path& path, Dataset& set) {
    append_binary_batch(path.string(), read_file(path, kLargestCifar10Batch), set);
}

/// The training batches, up to the last one that is there.
std::vector<fs::path> training_batches(const fs::path& folder) {
    std::error_code ignored;
    int last = 1;
    for (int number = 2; number <= kCifar10Batches; ++number) {
        if (fs::exists(training_batch(folder, number), ignored)) last = number;
    }
    std::vector<fs::path> paths;
    for (int number = 1; number <= last; ++number) paths.push_back(training_batch(folder, number));
    return paths;
}

/// Memory for all images at once: growing batch by batch would hold the set twice at its end.
void reserve_for(const std::vector<fs::path>& batches, Dataset& set) {
    std::size_t records = 0;
    for (const fs::path& path : batches) {
        std::error_code error;
        const std::uintmax_t size = fs::file_size(path, error);
        if (!error && size <= kLargestCifar10Batch)
            records += static_cast<std::size_t>(size) / (1 + kCifar10Image);
    }
    set.labels.reserve(records);
    set.pixels.reserve(records * kCifar10Image);
}

using Files = std::vector<std::unique_ptr<AtomicFile>>;

void write_batch(const Dataset& set, std::size_t begin, std::size_t end, const fs::path& path,
                 Overwrite overwrite, Files& files) {
    AtomicFile& file = *files.emplace_back(std::make_unique<AtomicFile>(path, overwrite));
    for (std::size_t i = begin; i < end; ++i) {
        file.write(&set.labels[i], 1);
        file.write(set.image(i).data(), set.shape.size());
    }
}

void check_writable_layout(const DatasetPair& data) {
    for (const Dataset* set : {&data.train, &data.test}) {
        if (set->shape == kCifar10Shape && set->class_names.size() == kCifar10Classes) continue;
        throw InvalidArgument(
            fmt::format("CIFAR-10's layout holds 3 x 32 x 32 images of 10 classes, not {} x {} x {} of {}",
                        set->shape.channels, set->shape.height, set->shape.width, set->class_names.size()));
    }
    for (const Dataset* set : {&data.train, &data.test}) {
        for (const std::uint8_t label : set->labels) {
            if (label < kCifar10Classes) continue;
            throw InvalidArgument(fmt::format("an image has the label {}; CIFAR-10's are 0 to 9", label));
        }
    }
    if (data.train.count() == 0 || data.test.count() == 0) {
        throw InvalidArgument(fmt::format("a data set needs training and test images, found {} and {}",
                                          data.train.count(), data.test.count()));
    }
}

// Every file of the layout, in the order of removal: without its test batch no folder is read.
std::vector<fs::path> layout_files(const fs::path& folder) {
    std::vector<fs::path> files{folder / "test_batch.bin"};
    for (int number = 1; number <= kCifar10Batches; ++number) files.push_back(training_batch(folder, number));
    files.push_back(folder / "batches.meta.txt");
    return files;
}

}  // namespace

bool is_cifar10(const fs::path& folder) {
    std::error_code ignored;
    return fs::exists(training_batch(folder, 1), ignored) || fs::exists(folder / "test_batch.bin", ignored);
}

DatasetPair load_cifar10(const fs::path& folder) {
    DatasetPair data;
    data.train.shape = data.test.shape = kCifar10Shape;
    data.train.class_names = data.test.class_names = read_class_names(folder / "batches.meta.txt");
    const std::vector<fs::path> batches = training_batches(folder);
    reserve_for(batches, data.train);
    for (const fs::path& batch : batches) append_batch(batch, data.train);
    append_batch(folder / "test_batch.bin", data.test);
    data.name = cifar10_set_name(data.train.class_names);
    data.location = folder.string();
    data.checksum = checksum_of(data.train, data.test);
    return data;
}

void require_writable_cifar10(const fs::path& folder, Overwrite overwrite) {
    const CreatedFolders created(folder);
    for (const fs::path& file : layout_files(folder)) require_writable(file, overwrite);
}

void write_cifar10(const DatasetPair& data, const fs::path& folder, Overwrite overwrite) {
    check_writable_layout(data);
    require_writable_cifar10(folder, overwrite);
    const CreatedFolders created(folder);
    Files files;  // none appears before all are written, so that a full disk leaves everything as it was
    std::string names;
    for (const std::string& name : data.train.class_names) names += name + "\n";
    files.push_back(std::make_unique<AtomicFile>(folder / "batches.meta.txt", overwrite));
    files.back()->write(names);
    const std::size_t count = data.train.count();
    const std::size_t batches = std::min<std::size_t>(kCifar10Batches, count);
    for (std::size_t k = 0; k < batches; ++k) {
        write_batch(data.train, count * k / batches, count * (k + 1) / batches,
                    training_batch(folder, static_cast<int>(k) + 1), overwrite, files);
    }
    write_batch(data.test, 0, data.test.count(), folder / "test_batch.bin", overwrite, files);
    for (const fs::path& file : layout_files(folder)) remove_file(file);
    for (const auto& file : files) file->commit();
}

}  // namespace eckart::data
