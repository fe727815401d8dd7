#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "eckart/io/model_file.hpp"
#include "eckart/io/safetensors.hpp"
#include "random_matrix.hpp"

namespace eckart::test {

/// A tensor as a file holds it.
struct RawTensor {
    std::string dtype;
    std::vector<std::uint64_t> shape;
    std::vector<unsigned char> bytes;
    bool operator==(const RawTensor&) const = default;
};

/// Tensors by name.
using RawTensors = std::map<std::string, RawTensor>;

/// Random entries of a floating dtype.
inline RawTensor random_tensor(const std::string& dtype, const std::vector<std::uint64_t>& shape, Rng& rng) {
    std::uint64_t entries = 1;
    for (const std::uint64_t dimension : shape) entries *= dimension;
    const MatrixD values = random_matrix<double>(1, static_cast<Eigen::Index>(entries), rng);
    return {dtype, shape,
            io::encode(values.data(), static_cast<std::size_t>(entries), dtype, "random_tensor")};
}

/// Random bytes, for dtypes that are no numbers of a network.
inline RawTensor random_bytes(const std::string& dtype, const std::vector<std::uint64_t>& shape,
                              std::size_t size, Rng& rng) {
    RawTensor tensor{dtype, shape, std::vector<unsigned char>(size)};
    for (unsigned char& byte : tensor.bytes) byte = static_cast<unsigned char>(rng.index(256));
    return tensor;
}

inline void save_tensors(const RawTensors& tensors, const std::filesystem::path& path,
                         const std::map<std::string, std::string>& metadata = {}) {
    std::vector<io::TensorSource> sources;
    for (const auto& [name, tensor] : tensors)
        sources.push_back({name, tensor.shape, tensor.bytes.data(), tensor.dtype});
    AtomicFile file(path, Overwrite::kReplace);
    io::write_safetensors(file, metadata, std::move(sources));
    file.commit();
}

inline RawTensors load_tensors(const std::filesystem::path& path) {
    const io::SafetensorsReader reader(path);
    RawTensors tensors;
    for (const io::TensorInfo& info : reader.header().tensors) {
        RawTensor tensor{info.dtype, info.shape, std::vector<unsigned char>(info.end - info.begin)};
        reader.read(info, 0, tensor.bytes.data(), tensor.bytes.size());
        tensors[info.name] = std::move(tensor);
    }
    return tensors;
}

/// The entries of a matrix.
inline MatrixD values_of(const RawTensor& tensor) {
    MatrixD matrix(static_cast<Eigen::Index>(tensor.shape.at(0)),
                   static_cast<Eigen::Index>(tensor.shape.at(1)));
    io::decode(tensor.bytes.data(), static_cast<std::size_t>(matrix.size()), tensor.dtype, matrix.data());
    return matrix;
}

/// B A of the layer `name`.
inline MatrixD product_in(const RawTensors& tensors, const std::string& name) {
    return values_of(tensors.at(name + ".1.weight")) * values_of(tensors.at(name + ".0.weight"));
}

/// A state_dict of all that occurs: layers of every floating dtype, with and without bias, tall and wide, and
/// tensors that are no layers. `layers` receives the names of its layers.
inline RawTensors mixed_state_dict(std::uint64_t seed, std::vector<std::string>& layers) {
    Rng rng(seed);
    RawTensors tensors;
    layers.clear();
    const auto add_layer = [&](const std::string& name, const char* dtype, std::uint64_t out,
                               std::uint64_t in) {
        tensors[name + ".weight"] = random_tensor(dtype, {out, in}, rng);
        if (layers.size() % 2 == 0) tensors[name + ".bias"] = random_tensor(dtype, {out}, rng);
        layers.push_back(name);
    };
    add_layer("block.0.fc1", "F32", 40, 30);
    add_layer("block.0.fc2", "F16", 30, 40);
    add_layer("block.1.fc1", "BF16", 24, 60);
    add_layer("block.2.fc1", "F64", 33, 21);
    add_layer("block.10.fc1", "F32", 20, 50);
    tensors["norm.weight"] = random_tensor("F32", {30}, rng);
    tensors["embed_tokens.weight"] = random_tensor("F32", {50, 30}, rng);
    tensors["conv.weight"] = random_tensor("F32", {4, 3, 3, 3}, rng);
    tensors["quantized.weight"] = random_bytes("I8", {16, 16}, 256, rng);
    tensors["tiny.weight"] = random_bytes("F8_E4M3", {4, 4}, 16, rng);
    tensors["steps"] = random_bytes("I64", {}, 8, rng);
    tensors["mask"] = random_bytes("BOOL", {5, 5}, 25, rng);
    tensors["empty.weight"] = {"F32", {0, 8}, {}};
    tensors["scale"] = random_tensor("F16", {7, 9}, rng);
    return tensors;
}

/// The bytes of a safetensors file after its header: what is the same when only the metadata differs.
inline std::string tensor_bytes_of(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(file), {}};
    std::uint64_t length = 0;
    std::copy_n(text.begin(), sizeof length, reinterpret_cast<char*>(&length));
    return text.substr(sizeof length + length);
}

}  // namespace eckart::test
