#pragma once

#include "eckart/core/json.hpp"
#include "eckart/data/dataset.hpp"

#pragma GCC visibility push(default)

namespace eckart::data {

/// What a data set holds: name, location, checksum, image_shape, classes, images in all and per class of both
/// parts, and "warnings" in words: a class missing or rare, CIFAR-10 incomplete, labels that name no class,
/// images of a single color, test images that the training set contains as well. This is data.json of
/// docs/formats/run-directory.md without schema and run record.
///
/// Cost: two passes over the pixels and 8 bytes per training image.
Json describe(const DatasetPair& data);

}  // namespace eckart::data

#pragma GCC visibility pop
