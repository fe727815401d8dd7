#include <fmt/core.h>

#include "data/cifar10_layout.hpp"
#include "data/pickle_reader.hpp"
#include "eckart/core/error.hpp"

namespace eckart::data {
namespace {

using PickleKind = PickleValue::Kind;

const PickleValue& member(const PickleReader& pickle, const std::string& name, const char* key,
                          PickleKind kind) {
    const PickleValue* value = pickle.root().find(key);
    if (value == nullptr || value->kind != kind) {
        throw FormatError(fmt::format("'{}' is not a file of CIFAR-10's Python version: its \"{}\" is {}",
                                      name, key, value == nullptr ? "missing" : "of the wrong type"));
    }
    return *value;
}

// The bytes of an array of `count` x 3072 unsigned bytes in C order.
std::string_view pixels_of(const PickleValue& array, const std::string& name, std::size_t count) {
    if (array.items.size() != 4)
        throw FormatError(fmt::format("'{}': the array of its pixels has no content", name));
    const PickleValue& shape = *array.items[0];
    const PickleValue& dtype = *array.items[1];
    const std::string_view bytes = array.items[3]->text;
    const auto side = [&](std::size_t i) {
        return i < shape.items.size() && shape.items[i]->kind == PickleKind::kInteger
                   ? shape.items[i]->integer
                   : -1;
    };
    if (dtype.text != "u1" || array.items[2]->integer != 0 || shape.items.size() != 2 ||
        side(0) != static_cast<std::int64_t>(count) || side(1) != static_cast<std::int64_t>(kCifar10Image)) {
        throw FormatError(
            fmt::format("'{}': its pixels are {} x {} of type '{}'; expected {} x {} unsigned bytes, one "
                        "row per label",
                        name, side(0), side(1), dtype.text, count, kCifar10Image));
    }
    if (bytes.size() != count * kCifar10Image) {
        throw FormatError(fmt::format("'{}' has {} bytes of pixels for {} labels; expected {}", name,
                                      bytes.size(), count, count * kCifar10Image));
    }
    return bytes;
}

}  // namespace

void append_python_batch(const std::string& name, std::string_view bytes, Dataset& set) {
    const PickleReader pickle(bytes, name);
    const PickleValue& labels = member(pickle, name, "labels", PickleKind::kList);
    const std::string_view pixels =
        pixels_of(member(pickle, name, "data", PickleKind::kArray), name, labels.items.size());
    if (pixels.empty()) throw FormatError(fmt::format("'{}' holds no images", name));
    for (std::size_t i = 0; i < labels.items.size(); ++i) {
        const PickleValue& label = *labels.items[i];
        if (label.kind != PickleKind::kInteger || label.integer < 0 ||
            label.integer >= static_cast<std::int64_t>(kCifar10Classes)) {
            throw FormatError(fmt::format("'{}': image {} has the label {}; CIFAR-10's are 0 to 9", name, i,
                                          label.integer));
        }
        set.labels.push_back(static_cast<std::uint8_t>(label.integer));
    }
    set.pixels.insert(set.pixels.end(), pixels.begin(), pixels.end());
}

std::vector<std::string> parse_python_names(const std::string& name, std::string_view bytes) {
    const PickleReader pickle(bytes, name);
    const PickleValue& list = member(pickle, name, "label_names", PickleKind::kList);
    std::string lines;
    for (const PickleValue* item : list.items) {
        if (item->kind != PickleKind::kText || item->text.size() > 100) {
            throw FormatError(
                fmt::format("'{}': the name of a class is no text, or longer than 100 bytes", name));
        }
        lines += std::string(item->text) + "\n";
    }
    return parse_binary_names(name, lines);
}

}  // namespace eckart::data
