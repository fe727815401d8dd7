#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "compress/layer_part.hpp"

namespace eckart::compress {

/// Writes the model with the factors that `part_of` gives for every layer with outcome.factored, reads them
/// back and compares them (fault_of_written()); when they differ the output is removed. `part_of` is called
/// twice for each. Throws IoError.
void write_checked(const io::ModelFile& model, const std::vector<LayerOutcome>& layers,
                   const std::function<LayerPart(std::size_t)>& part_of, std::uint64_t seed,
                   const std::filesystem::path& target, Overwrite overwrite,
                   const std::map<std::string, std::string>& metadata, ProgressObserver& progress);

}  // namespace eckart::compress
