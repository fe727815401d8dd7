#pragma once

#include <filesystem>
#include <string>

#include "eckart/train/train.hpp"

#pragma GCC visibility push(default)

namespace eckart::train {

/// What a run began with, beside its options.
struct Origin {
    std::string data_checksum;
    std::string start;  ///< fingerprint() of the network that it was given
};

/// A hash over names, shapes and all bits of the tensors: "eckart64:0123456789abcdef". It tells networks
/// apart that were mixed up; it is no defense against forgery.
std::string fingerprint(const model::Network<float>& network);

/// Saves `state` atomically, with the options and the origin that it belongs to. Throws IoError.
void save_state(const TrainState& state, const TrainOptions& options, const Origin& origin,
                const std::filesystem::path& target);

/// Reads what save_state() wrote. A run goes on to the bits of an uninterrupted one only with the options it
/// began with, so that others are refused, as is another origin: InvalidArgument naming the first difference.
/// `options.epochs` may be larger under the constant schedule: then training is prolonged. Throws IoError and
/// FormatError for files that cannot be read.
TrainState load_state(const std::filesystem::path& path, const TrainOptions& options, const Origin& origin);

}  // namespace eckart::train

#pragma GCC visibility pop
