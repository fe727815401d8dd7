#pragma once

#include <cstdint>

#include "io/onnx/tensor_data.hpp"

namespace eckart::io {

/// `count` entries from the `first` of a tensor of F32, F16, BF16, F64, I8 or U8, wherever they are.
template <class T>
void read_entries(const TensorData& data, const onnx::TensorProto& tensor, std::uint64_t first,
                  std::uint64_t count, T* entries);

}  // namespace eckart::io
