#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "io/onnx/graph_index.hpp"

namespace eckart::io {

/// Stands in a shape for the number of samples.
inline constexpr std::int64_t kBatch = std::numeric_limits<std::int64_t>::min();

using Shape = std::vector<std::int64_t>;

/// The whole numbers that `value` holds, as exporters make shapes of constants and of what
/// `activation_shape` says of a value that the network computes: by Shape, Gather, Slice, Concat, Unsqueeze,
/// Squeeze, Cast and Identity. Nothing when it is made otherwise. Numbers and vectors of one entry are not
/// told apart.
std::optional<Shape> find_shape(
    const GraphIndex& index, const std::string& value,
    const std::function<std::optional<Shape>(const std::string&)>& activation_shape);

}  // namespace eckart::io
