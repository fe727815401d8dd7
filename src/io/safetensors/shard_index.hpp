#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "eckart/core/json.hpp"

namespace eckart::io {

/// What the names of such indexes end in, by which the tools of Hugging Face know them.
inline constexpr const char* kIndexSuffix = ".safetensors.index.json";
/// Each is open while the model is.
inline constexpr std::size_t kMostShards = 400;

/// A model.safetensors.index.json: which file beside it holds which tensor.
struct ShardIndex {
    std::map<std::string, Json> metadata;           ///< scalars; anything nested is not kept
    std::map<std::string, std::size_t> weight_map;  ///< tensor -> index into `shards`
    std::vector<std::string> shards;                ///< names of files, sorted
};

/// Reads an index. Strict: no key twice, shards that are plain names ending in .safetensors, at most
/// kMostShards of them and kMostTensors tensors. Throws IoError and FormatError naming the file and fault.
ShardIndex read_shard_index(const std::filesystem::path& path);

/// The file of shard `name` beside the index `path`. Throws FormatError for a symbolic link that leads out of
/// the folder, except into the cache of Hugging Face, whose snapshots are links into its folder blobs.
std::filesystem::path shard_path(const std::filesystem::path& path, const std::string& name);

/// The index as text, as it is written by Hugging Face's tools.
std::string index_text(const ShardIndex& index);

/// The name of shard `number` (from 0) of `count` for an output index.
std::filesystem::path output_shard(const std::filesystem::path& index, std::size_t number, std::size_t count);

}  // namespace eckart::io
