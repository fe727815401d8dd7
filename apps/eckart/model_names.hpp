#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "eckart/io/model_file.hpp"

namespace eckart::cli {

/// A name out of a file, fit for a terminal: control characters become '?', and what is longer than `columns`
/// loses its beginning.
std::string shown_name(const std::string& name, std::size_t columns);

/// The same for the names of a table whose other columns take `others`, so that it fits the terminal: to no
/// fewer than 24 columns. Whole where stdout is no terminal or two layers would look alike.
std::vector<std::string> shown_names(const std::vector<std::string>& names, std::size_t others);

/// A reason behind a colon: "is an embedding" gets a subject, "it" or "each"; "factors would be larger" has
/// one.
std::string clause(const std::string& why, const std::string& subject = "it");

/// Why a model without linear layers gives nothing to do: one line, with the first tensor that is none and
/// why.
std::string no_layer_text(const io::ModelFile& model);

}  // namespace eckart::cli
