#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "eckart/core/atomic_file.hpp"

namespace eckart::io {

/// A tensor that is written when its turn comes.
struct StreamedTensor {
    std::string name;
    std::string dtype;
    std::vector<std::uint64_t> shape;
    /// Appends exactly the bytes that dtype and shape say.
    std::function<void(AtomicFile&)> write;
};

/// Bytes of a tensor of a known dtype whose shape has been checked.
std::uint64_t tensor_bytes(const std::string& dtype, const std::vector<std::uint64_t>& shape);

/// write_safetensors() for tensors that need not be in memory together: the header first, from names, dtypes
/// and shapes alone, then one tensor after another, by name. Throws what it and the tensors throw.
void stream_safetensors(AtomicFile& file, const std::map<std::string, std::string>& metadata,
                        std::vector<StreamedTensor> tensors);

}  // namespace eckart::io
