#include "io/dtype.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <utility>

namespace eckart::io {

namespace {

static_assert(std::endian::native == std::endian::little, "safetensors is little-endian, as is this reader");

constexpr std::array<std::pair<std::string_view, std::uint64_t>, 15> kSizes{{{"BOOL", 1},
                                                                             {"U8", 1},
                                                                             {"I8", 1},
                                                                             {"F8_E5M2", 1},
                                                                             {"F8_E4M3", 1},
                                                                             {"I16", 2},
                                                                             {"U16", 2},
                                                                             {"F16", 2},
                                                                             {"BF16", 2},
                                                                             {"I32", 4},
                                                                             {"U32", 4},
                                                                             {"F32", 4},
                                                                             {"F64", 8},
                                                                             {"I64", 8},
                                                                             {"U64", 8}}};

template <class T>
T load(const unsigned char* bytes) {
    T value;
    std::memcpy(&value, bytes, sizeof value);  // a file promises no alignment
    return value;
}

/// IEEE 754 binary16.
float from_half(std::uint16_t bits) {
    const int exponent = (bits >> 10) & 0x1F;
    const int fraction = bits & 0x3FF;
    float magnitude = 0;
    if (exponent == 0x1F) {
        magnitude = fraction == 0 ? INFINITY : NAN;
    } else if (exponent == 0) {
        magnitude = std::ldexp(static_cast<float>(fraction), -24);
    } else {
        magnitude = std::ldexp(static_cast<float>(fraction + 0x400), exponent - 25);
    }
    return (bits & 0x8000) != 0 ? -magnitude : magnitude;
}

}  // namespace

std::uint64_t dtype_size(std::string_view dtype) {
    const auto* const entry =
        std::ranges::find(kSizes, dtype, &std::pair<std::string_view, std::uint64_t>::first);
    return entry == kSizes.end() ? 0 : entry->second;
}

bool is_floating(std::string_view dtype) {
    return dtype == "F32" || dtype == "F16" || dtype == "BF16" || dtype == "F64";
}

void convert_to_float(std::string_view dtype, const unsigned char* bytes, std::uint64_t count, float* out) {
    if (dtype == "F32") {
        if (count > 0) std::memcpy(out, bytes, count * sizeof(float));
        return;
    }
    for (std::uint64_t i = 0; i < count; ++i) {
        if (dtype == "F64") {
            out[i] = static_cast<float>(load<double>(bytes + 8 * i));
        } else if (dtype == "BF16") {
            out[i] =
                std::bit_cast<float>(static_cast<std::uint32_t>(load<std::uint16_t>(bytes + 2 * i)) << 16);
        } else {
            out[i] = from_half(load<std::uint16_t>(bytes + 2 * i));
        }
    }
}

}  // namespace eckart::io
