#include <fmt/core.h>

#include <algorithm>
#include <sstream>

#include "data/cifar10_layout.hpp"
#include "eckart/core/error.hpp"

namespace eckart::data {
namespace {

constexpr std::size_t kRecord = 1 + kCifar10Image;

}  // namespace

std::vector<std::string> cifar10_class_names() {
    return {"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"};
}

std::string cifar10_set_name(const std::vector<std::string>& class_names) {
    return class_names == cifar10_class_names() ? "CIFAR-10" : "images in CIFAR-10's layout";
}

std::vector<std::string> parse_binary_names(const std::string& name, const std::string& text) {
    std::istringstream stream(text);
    std::vector<std::string> names;
    for (std::string line; std::getline(stream, line);) {
        if (line.ends_with('\r')) line.pop_back();
        // Names are printed, and control characters can rule a terminal.
        if (std::ranges::any_of(line, [](unsigned char c) { return c < ' ' || c == 0x7F; })) {
            throw FormatError(
                fmt::format("'{}': the name of class {} holds control characters", name, names.size()));
        }
        if (!line.empty()) names.push_back(line);
    }
    if (names.size() != kCifar10Classes) {
        throw FormatError(
            fmt::format("'{}' names {} classes; CIFAR-10 has {}", name, names.size(), kCifar10Classes));
    }
    return names;
}

void append_binary_batch(const std::string& name, std::string_view bytes, Dataset& set) {
    if (bytes.empty() || bytes.size() % kRecord != 0) {
        throw FormatError(
            fmt::format("'{}' has {} bytes, not a multiple of {} (a label and 32 x 32 x 3 pixels); it is cut "
                        "off or not a CIFAR-10 batch",
                        name, bytes.size(), kRecord));
    }
    const std::size_t count = bytes.size() / kRecord;
    for (std::size_t i = 0; i < count; ++i) {
        const auto* record = reinterpret_cast<const std::uint8_t*>(bytes.data()) + i * kRecord;
        if (record[0] >= kCifar10Classes) {
            throw FormatError(fmt::format("'{}': image {} has the label {}; CIFAR-10's are 0 to 9", name, i,
                                          static_cast<int>(record[0])));
        }
        set.labels.push_back(record[0]);
        set.pixels.insert(set.pixels.end(), record + 1, record + kRecord);
    }
}

}  // namespace eckart::data
