#pragma once

#include <filesystem>
#include <string>

#include "eckart/train/train.hpp"

namespace eckart::train {

/// Saves `state` atomically, with the options and the data's checksum that it belongs to. Throws IoError.
void save_state(const TrainState& state, const TrainOptions& options, const std::string& data_checksum,
                const std::filesystem::path& target);

/// Reads what save_state() wrote. A run goes on to the bits of an uninterrupted one only with the options it
/// began with, so that others are refused, as is other data: InvalidArgument naming the first difference.
/// `options.epochs` may be larger under the constant schedule: then training is prolonged. Throws IoError and
/// FormatError for files that cannot be read.
TrainState load_state(const std::filesystem::path& path, const TrainOptions& options,
                      const std::string& data_checksum);

}  // namespace eckart::train
