#pragma once

#include <algorithm>

namespace eckart::cli {

/// Whether a table of these layers, each with a member `dtype`, needs a column for it.
template <class Layers>
bool has_several_dtypes(const Layers& layers) {
    return std::ranges::any_of(layers,
                               [&](const auto& layer) { return layer.dtype != layers.front().dtype; });
}

}  // namespace eckart::cli
