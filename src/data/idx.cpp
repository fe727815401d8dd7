#include "eckart/data/idx.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <optional>
#include <system_error>

#include "data/checksum.hpp"
#include "data/gzip_file.hpp"
#include "eckart/core/error.hpp"

namespace eckart::data {
namespace fs = std::filesystem;
namespace {

constexpr std::uint32_t kImagesMagic = 0x803;
constexpr std::uint32_t kLabelsMagic = 0x801;
constexpr std::uint32_t kLargestImageSide = 4096;
constexpr std::uint64_t kLargestFile = std::uint64_t{1} << 30;

struct KnownSet {
    const char* name;
    std::array<std::uint8_t, 10> first_labels;
    std::array<const char*, 10> class_names;
};

// Both have 60,000 training images; their files have the same names.
constexpr std::size_t kKnownCount = 60'000;
constexpr std::array kKnownSets = {
    KnownSet{"MNIST", {5, 0, 4, 1, 9, 2, 1, 3, 1, 4}, {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}},
    KnownSet{"Fashion-MNIST",
             {9, 0, 0, 3, 0, 2, 7, 2, 5, 5},
             {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
              "Ankle boot"}},
};

/// The path of `stem` + '-' or '.' + `kind`, plain or compressed; none when no such file is there.
std::optional<fs::path> find_file(const fs::path& folder, const std::string& stem, const std::string& kind) {
    for (const char* ending : {"", ".gz"}) {
        for (const char* separator : {"-", "."}) {
            const fs::path path = folder / fmt::format("{}{}{}{}", stem, separator, kind, ending);
            std::error_code ignored;
            if (fs::exists(path, ignored)) return path;
        }
    }
    return std::nullopt;
}

fs::path require_file(const fs::path& folder, const std::string& stem, const std::string& kind) {
    if (const auto path = find_file(folder, stem, kind)) return *path;
    throw IoError(
        fmt::format("cannot read '{}' nor '{}.gz': no such file; an IDX data set has images and labels, "
                    "train- and t10k-",
                    (folder / (stem + "-" + kind)).string(), stem + "-" + kind));
}

std::uint32_t big_endian(const std::vector<std::uint8_t>& bytes, std::size_t at) {
    return static_cast<std::uint32_t>(bytes[at]) << 24 | static_cast<std::uint32_t>(bytes[at + 1]) << 16 |
           static_cast<std::uint32_t>(bytes[at + 2]) << 8 | static_cast<std::uint32_t>(bytes[at + 3]);
}

void check_magic(const fs::path& path, std::uint32_t found, std::uint32_t expected, const char* kind) {
    if (found == expected) return;
    throw FormatError(fmt::format("'{}' starts with 0x{:08x}; an IDX file of {} starts with 0x{:08x}",
                                  path.string(), found, kind, expected));
}

std::vector<std::uint8_t> read_labels(const fs::path& path) {
    GzipFile file(path);
    const std::vector<std::uint8_t> header = file.read(8);
    check_magic(path, big_endian(header, 0), kLabelsMagic, "labels");
    const std::uint32_t count = big_endian(header, 4);
    if (count > kLargestFile) {
        throw FormatError(
            fmt::format("'{}' announces {} labels; at most {} are read", path.string(), count, kLargestFile));
    }
    std::vector<std::uint8_t> labels = file.read(count);
    file.require_end();
    if (labels.empty()) throw FormatError(fmt::format("'{}' holds no labels", path.string()));
    return labels;
}

void read_images(const fs::path& path, Dataset& set) {
    GzipFile file(path);
    const std::vector<std::uint8_t> header = file.read(16);
    check_magic(path, big_endian(header, 0), kImagesMagic, "images");
    const std::uint32_t count = big_endian(header, 4);
    const std::uint32_t height = big_endian(header, 8);
    const std::uint32_t width = big_endian(header, 12);
    if (height == 0 || width == 0 || height > kLargestImageSide || width > kLargestImageSide) {
        throw FormatError(fmt::format("'{}' announces images of {} x {} pixels; 1 to {} a side are possible",
                                      path.string(), width, height, kLargestImageSide));
    }
    // Sides of at most 4096 and a 32-bit count cannot overflow 64 bits.
    const std::uint64_t bytes = std::uint64_t{count} * height * width;
    if (bytes > kLargestFile) {
        throw FormatError(fmt::format("'{}' announces {} images of {} x {}, {} bytes; at most {} are read",
                                      path.string(), count, width, height, bytes, kLargestFile));
    }
    set.shape = {1, static_cast<int>(height), static_cast<int>(width)};
    set.pixels = file.read(static_cast<std::size_t>(bytes));
    file.require_end();
}

Dataset read_part(const fs::path& folder, const std::string& part) {
    const fs::path labels = require_file(folder, part + "-labels", "idx1-ubyte");
    const fs::path images = require_file(folder, part + "-images", "idx3-ubyte");
    Dataset set;
    set.labels = read_labels(labels);
    read_images(images, set);
    const std::size_t count = set.pixels.size() / set.shape.size();
    if (count != set.labels.size()) {
        throw FormatError(fmt::format("'{}' has {} images, but '{}' {} labels", images.string(), count,
                                      labels.string(), set.labels.size()));
    }
    return set;
}

const KnownSet* recognize(const Dataset& train, std::size_t classes) {
    for (const KnownSet& known : kKnownSets) {
        if (train.count() == kKnownCount && classes == known.class_names.size() &&
            std::equal(known.first_labels.begin(), known.first_labels.end(), train.labels.begin())) {
            return &known;
        }
    }
    return nullptr;
}

std::size_t count_classes(const DatasetPair& data) {
    const auto largest = [](const Dataset& set) {
        return *std::max_element(set.labels.begin(), set.labels.end());
    };
    return std::size_t{1} + std::max({largest(data.train), largest(data.test), std::uint8_t{1}});
}

void name_classes(DatasetPair& data) {
    const std::size_t classes = count_classes(data);
    if (const KnownSet* known = recognize(data.train, classes)) {
        data.name = known->name;
        data.train.class_names.assign(known->class_names.begin(), known->class_names.end());
    } else {
        data.name = "images in IDX files";
        for (std::size_t i = 0; i < classes; ++i) data.train.class_names.push_back(std::to_string(i));
    }
    data.test.class_names = data.train.class_names;
}

}  // namespace

bool is_idx(const fs::path& folder) {
    return find_file(folder, "train-images", "idx3-ubyte") ||
           find_file(folder, "train-labels", "idx1-ubyte") ||
           find_file(folder, "t10k-images", "idx3-ubyte") || find_file(folder, "t10k-labels", "idx1-ubyte");
}

DatasetPair load_idx(const fs::path& folder) {
    DatasetPair data;
    data.train = read_part(folder, "train");
    data.test = read_part(folder, "t10k");
    if (data.train.shape != data.test.shape) {
        throw FormatError(fmt::format(
            "'{}': the training images have {} x {} pixels, the test images {} x {}", folder.string(),
            data.train.shape.width, data.train.shape.height, data.test.shape.width, data.test.shape.height));
    }
    name_classes(data);
    data.location = folder.string();
    data.checksum = checksum_of(data.train, data.test);
    return data;
}

}  // namespace eckart::data
