#pragma once

#include <cstddef>
#include <string>

#include "eckart/io/model_file.hpp"

namespace eckart::cli {

/// A name out of a file, fit for a terminal: control characters become '?', and what is longer than `columns`
/// loses its middle.
std::string shown_name(const std::string& name, std::size_t columns);

/// The columns that names may take in a table whose other columns take `others`, so that it fits the terminal
/// where that is possible: at least 24.
std::size_t name_columns(std::size_t others);

/// Why a model without linear layers gives nothing to do: one line, with the first tensor that is none and
/// why.
std::string no_layer_text(const io::ModelFile& model);

}  // namespace eckart::cli
