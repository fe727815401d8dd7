#pragma once

#include <string>
#include <vector>

#include "eckart/compress/compress_model.hpp"
#include "eckart/io/model_file.hpp"

namespace eckart::cli {

/// One row for every layer that names do not leave out; a plan has no errors yet. Names are cut to the
/// width of the terminal, to 24 columns at most.
std::string compression_table(const io::ModelFile& model, const std::vector<compress::LayerOutcome>& layers,
                              bool plan);

/// What the table leaves open, line by line: layers that stay and why, tensors that are no layers, how exact
/// the errors are.
std::vector<std::string> compression_notes(const io::ModelFile& model,
                                           const std::vector<compress::LayerOutcome>& layers);

/// The same for layers whose factors were cut without a decomposition.
std::vector<std::string> slice_notes(const std::vector<compress::LayerOutcome>& layers);

/// What the model will be: "12.3 MB, 31.2 % of 39.4 MB; 3,075,000 of 9,850,000 parameters".
std::string size_line(const io::ModelFile& model, const std::vector<compress::LayerOutcome>& layers);

/// "12 tensors stay: 4 dimensions, as a convolution has", one line for each reason.
std::vector<std::string> kept_notes(const io::ModelFile& model);
/// The same, and the layers that are left alone unless they are asked for by name.
std::vector<std::string> inspection_notes(const io::ModelFile& model);

/// The model's bytes when `layers` are done.
std::uint64_t bytes_after(const io::ModelFile& model, const std::vector<compress::LayerOutcome>& layers);

}  // namespace eckart::cli
