#pragma once

#include "eckart/data/dataset.hpp"
#include "eckart/data/png.hpp"

#pragma GCC visibility push(default)

namespace eckart::data {

struct PreviewOptions {
    int per_class = 10;  ///< images per row, 1 .. 100
    int scale = 2;       ///< screen pixels per image pixel, 1 .. 16
    /// Throws InvalidArgument when a field is outside its range.
    void validate() const;
};

/// A grid of examples: one row per class, the class's name to the left of its first `per_class` images, in
/// the order of `set`. Images of one channel are shown gray. Throws InvalidArgument when the images have
/// neither 1 nor 3 channels, there are no classes, or the grid would exceed 20,000 pixels a side.
RgbImage preview_grid(const Dataset& set, const PreviewOptions& options);

}  // namespace eckart::data

#pragma GCC visibility pop
