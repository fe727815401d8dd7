#pragma once

#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "eckart/core/json.hpp"
#include "eckart/core/matrix.hpp"
#include "eckart/io/safetensors.hpp"
#include "eckart/model/network.hpp"

#pragma GCC visibility push(default)

namespace eckart::io {

/// A training run at rest: the network, Adam's two moments in the order of network.parameters(), and whatever
/// else the trainer needs.
struct Checkpoint {
    model::Network<float> network;
    std::vector<MatrixF> moment1;
    std::vector<MatrixF> moment2;
    Json state;
    std::map<std::string, MatrixF> extra;  ///< the trainer's own tensors by name
};

/// Replaces `target` atomically. The moments must have the shapes of the parameters: InvalidArgument. The
/// tensors of `extra` are stored as "train.<name>". Throws IoError.
void save_checkpoint(const model::Network<float>& network, std::span<const MatrixF> moment1,
                     std::span<const MatrixF> moment2, const Json& state, const std::filesystem::path& target,
                     std::vector<TensorSource> extra = {});

/// Throws IoError when the file cannot be read and FormatError when it is not a checkpoint.
Checkpoint load_checkpoint(const std::filesystem::path& path);

}  // namespace eckart::io

#pragma GCC visibility pop
