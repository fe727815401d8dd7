#pragma once

#include <filesystem>

#include "eckart/data/dataset.hpp"
#include "eckart/model/network.hpp"

namespace eckart::test {

/// What a session of the program needs, in `folder`, where the tests start it:
///   data/               40 training and 20 test images in CIFAR-10's layout
///   net.safetensors     a network for them, 3072 - 16 x 5 - 10
///   small.safetensors   the same at rank 4
void lay_out(const std::filesystem::path& folder);

/// Writes a data set in CIFAR-10's layout; its training images are a multiple of 5.
void write_data(const data::DatasetPair& data, const std::filesystem::path& folder);

/// The network of net.safetensors, and one for other images.
model::Network<float> dense_network();
model::Network<float> network_of_other_size();

/// Saves a network as the program does.
void save(const model::Network<float>& network, const std::filesystem::path& file);

/// <folder>/trained.safetensors.checkpoint: what an interrupted
/// `eckart train --data data --hidden 16 -o trained.safetensors` leaves.
void lay_out_checkpoint(const std::filesystem::path& folder);

/// <folder>/tuned.safetensors.checkpoint: the same of
/// `eckart finetune small.safetensors --data data -o tuned.safetensors`.
void lay_out_finetune_checkpoint(const std::filesystem::path& folder);
/// The same of that command with --orthogonal.
void lay_out_orthogonal_checkpoint(const std::filesystem::path& folder);

}  // namespace eckart::test
