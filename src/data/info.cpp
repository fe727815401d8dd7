#include "eckart/data/info.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <string_view>
#include <unordered_map>

namespace eckart::data {
namespace {

// A class with less than this fraction of the largest class's images is called rare.
constexpr double kRare = 0.5;

std::vector<std::size_t> count_per_class(const Dataset& set) {
    std::vector<std::size_t> counts(set.class_names.size(), 0);
    for (const std::uint8_t label : set.labels) {
        if (label < counts.size()) ++counts[label];
    }
    return counts;
}

std::size_t count_without_class(const Dataset& set) {
    return static_cast<std::size_t>(
        std::count_if(set.labels.begin(), set.labels.end(),
                      [&](std::uint8_t label) { return label >= set.class_names.size(); }));
}

bool single_color(std::span<const std::uint8_t> image, const ImageShape& shape) {
    const std::size_t plane = shape.size() / static_cast<std::size_t>(shape.channels);
    for (std::size_t begin = 0; begin < image.size(); begin += plane) {
        const auto values = image.subspan(begin, plane);
        if (std::any_of(values.begin(), values.end(), [&](std::uint8_t v) { return v != values[0]; })) {
            return false;
        }
    }
    return true;
}

std::size_t count_single_color(const Dataset& set) {
    if (set.shape.size() <= static_cast<std::size_t>(std::max(set.shape.channels, 1))) return 0;
    std::size_t count = 0;
    for (std::size_t i = 0; i < set.count(); ++i) count += single_color(set.image(i), set.shape) ? 1U : 0U;
    return count;
}

std::string_view as_text(std::span<const std::uint8_t> image) {
    return {reinterpret_cast<const char*>(image.data()), image.size()};
}

std::size_t count_shared(const DatasetPair& data) {
    if (data.train.shape != data.test.shape || data.train.shape.size() == 0) return 0;
    const std::hash<std::string_view> hash;
    std::unordered_multimap<std::size_t, std::size_t> train;
    train.reserve(data.train.count());
    for (std::size_t i = 0; i < data.train.count(); ++i) train.emplace(hash(as_text(data.train.image(i))), i);
    std::size_t count = 0;
    for (std::size_t i = 0; i < data.test.count(); ++i) {
        const std::string_view image = as_text(data.test.image(i));
        const auto [first, last] = train.equal_range(hash(image));
        count += std::any_of(
            first, last, [&](const auto& entry) { return as_text(data.train.image(entry.second)) == image; });
    }
    return count;
}

std::string images(std::size_t count) {
    return fmt::format("{} image{}", count, count == 1 ? "" : "s");
}

void warn_about(const Dataset& set, const char* part, Json& warnings) {
    if (set.count() == 0) {
        warnings.push_back(fmt::format("the {} set is empty", part));
        return;
    }
    const std::vector<std::size_t> counts = count_per_class(set);
    const std::size_t largest = counts.empty() ? 0 : *std::max_element(counts.begin(), counts.end());
    std::vector<std::string> missing;
    std::vector<std::string> rare;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        if (counts[i] == 0) {
            missing.push_back(fmt::format("'{}'", set.class_names[i]));
        } else if (static_cast<double>(counts[i]) < kRare * static_cast<double>(largest)) {
            rare.push_back(fmt::format("'{}' has {}", set.class_names[i], images(counts[i])));
        }
    }
    if (!missing.empty()) {
        warnings.push_back(fmt::format("the {} set has no image of {}", part, fmt::join(missing, ", ")));
    }
    if (!rare.empty()) {
        warnings.push_back(fmt::format("the {} set is unbalanced: {}, the largest class {}", part,
                                       fmt::join(rare, ", "), largest));
    }
    if (const std::size_t wrong = count_without_class(set); wrong > 0) {
        warnings.push_back(fmt::format("the {} set has {} whose label is not below {}, the number of classes",
                                       part, images(wrong), counts.size()));
    }
    if (const std::size_t plain = count_single_color(set); plain > 0) {
        warnings.push_back(fmt::format("the {} set has {} of a single color", part, images(plain)));
    }
}

void warn_about_missing_batches(const DatasetPair& data, Json& warnings) {
    constexpr std::size_t kTrainingImages = 50'000;
    constexpr std::size_t kTestImages = 10'000;
    if (data.name != "CIFAR-10" ||
        (data.train.count() == kTrainingImages && data.test.count() == kTestImages)) {
        return;
    }
    warnings.push_back(fmt::format(
        "CIFAR-10 has {} training and {} test images, here are {} and {}: a batch is missing or cut",
        kTrainingImages, kTestImages, data.train.count(), data.test.count()));
}

Json part_json(const Dataset& set) {
    return {{"count", set.count()}, {"per_class", count_per_class(set)}};
}

}  // namespace

Json describe(const DatasetPair& data) {
    Json warnings = Json::array();
    warn_about(data.train, "training", warnings);
    warn_about(data.test, "test", warnings);
    warn_about_missing_batches(data, warnings);
    if (const std::size_t shared = count_shared(data); shared > 0) {
        warnings.push_back(fmt::format(
            "{} of the test set {} in the training set as well, so the test accuracy is flattering",
            images(shared), shared == 1 ? "is" : "are"));
    }
    const ImageShape& shape = data.train.shape;
    return {{"name", data.name},
            {"location", data.location},
            {"checksum", data.checksum},
            {"image_shape", {shape.channels, shape.height, shape.width}},
            {"classes", data.train.class_names},
            {"train", part_json(data.train)},
            {"test", part_json(data.test)},
            {"warnings", warnings}};
}

}  // namespace eckart::data
