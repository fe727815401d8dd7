#pragma once

#include <cstdint>
#include <string_view>

namespace eckart::io {

/// Bytes per entry of a safetensors dtype; 0 for an unknown one.
std::uint64_t dtype_size(std::string_view dtype);

/// Whether entries of `dtype` can be read as float: F16, BF16, F32, F64.
bool is_floating(std::string_view dtype);

/// Converts `count` little-endian entries of a floating `dtype` to float, rounding to nearest.
void convert_to_float(std::string_view dtype, const unsigned char* bytes, std::uint64_t count, float* out);

}  // namespace eckart::io
