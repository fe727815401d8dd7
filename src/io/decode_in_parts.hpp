#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "eckart/io/model_file.hpp"
#include "io/dtype.hpp"

namespace eckart::io {

/// Decodes `count` entries that `fetch(byte offset, into, bytes)` reads, a million at a time: memory holds
/// the numbers, not the stored bytes beside them.
template <class T, class Fetch>
void decode_in_parts(const Fetch& fetch, const std::string& dtype, std::uint64_t count, T* entries) {
    constexpr std::uint64_t kPart = 1U << 20;
    const std::uint64_t width = dtype_size(dtype);
    std::vector<unsigned char> bytes(static_cast<std::size_t>(std::min(count, kPart) * width));
    for (std::uint64_t i = 0; i < count; i += kPart) {
        const std::uint64_t part = std::min(kPart, count - i);
        fetch(i * width, bytes.data(), part * width);
        decode(bytes.data(), static_cast<std::size_t>(part), dtype, entries + i);
    }
}

}  // namespace eckart::io
