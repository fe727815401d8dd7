#pragma once

#include <cstdint>
#include <string_view>

namespace eckart::io {

/// Bits per entry of a safetensors dtype; 0 for an unknown one.
std::uint64_t dtype_bits(std::string_view dtype);

/// The same in bytes; 0 for what is shorter than one.
std::uint64_t dtype_size(std::string_view dtype);

/// Whether entries of `dtype` can be read as numbers of a network: F16, BF16, F32, F64.
bool is_floating(std::string_view dtype);

}  // namespace eckart::io
