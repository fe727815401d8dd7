#pragma once

#include <cstdint>

#include "eckart/compress/compress_model.hpp"

namespace eckart::compress {

/// What is known of a layer before anything is decided.
LayerOutcome outcome_of(const io::StoredLinear& layer);

/// What one job may take for a layer: its share of max_memory, or three times the largest layer as it is
/// stored and some room, but never less than the layer needs.
std::uint64_t allowance(const io::ModelFile& model, std::size_t index, const LayerOutcome& planned,
                        const ModelOptions& options);

/// max_memory without what the program takes by itself.
std::uint64_t usable_memory(const ModelOptions& options);

/// The share of the work that a layer is, in millions of operations.
std::uint64_t work_of(const LayerOutcome& planned);

}  // namespace eckart::compress
