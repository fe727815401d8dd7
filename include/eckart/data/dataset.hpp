#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "eckart/core/matrix.hpp"

#pragma GCC visibility push(default)

namespace eckart::data {

/// Layout of one image: `channels` planes of `height` x `width` bytes, channel-major (as in CIFAR-10's binary
/// files).
struct ImageShape {
    int channels = 0;
    int height = 0;
    int width = 0;
    [[nodiscard]] std::size_t size() const;  ///< bytes, and inputs of the network, per image
    bool operator==(const ImageShape&) const = default;
};

/// Labelled images, kept as the bytes they were stored as: pixels are scaled while a batch is made, so that
/// 60,000 CIFAR-10 images take 184 MB and not 737.
struct Dataset {
    ImageShape shape;
    std::vector<std::string> class_names;
    std::vector<std::uint8_t> pixels;  ///< (count, shape.size()), row-major
    std::vector<std::uint8_t> labels;  ///< (count), each below class_names.size()
    [[nodiscard]] std::size_t count() const { return labels.size(); }
    [[nodiscard]] std::span<const std::uint8_t> image(std::size_t index) const;
};

/// A training and a test set of equal shape and classes.
struct DatasetPair {
    Dataset train;
    Dataset test;
    std::string name;      ///< "CIFAR-10", "MNIST", "synthetic images", ...
    std::string location;  ///< the folder it was read from
    std::string checksum;  ///< "sha256:..." over all labels and pixels in order, for the run record
};

/// Writes images `indices` of `source` to the rows of `out` (indices.size(), source.shape.size()), scaled to
/// (x / 255 - 0.5) / 0.5, i.e. to [-1, 1]. T is float or double.
template <class T>
void copy_normalized(const Dataset& source, std::span<const std::uint32_t> indices, MatrixView<T> out);

}  // namespace eckart::data

#pragma GCC visibility pop
