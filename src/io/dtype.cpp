#include "io/dtype.hpp"

#include <fmt/core.h>

#include <Eigen/Core>
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <utility>

#include "core/shown.hpp"
#include "eckart/core/error.hpp"
#include "eckart/io/model_file.hpp"

namespace eckart::io {

namespace {

static_assert(std::endian::native == std::endian::little, "safetensors is little-endian, as is this reader");

constexpr std::array<std::pair<std::string_view, std::uint64_t>, 20> kBits{
    {{"BOOL", 8}, {"F4", 4},      {"F6_E2M3", 6}, {"F6_E3M2", 6}, {"U8", 8},
     {"I8", 8},   {"F8_E5M2", 8}, {"F8_E4M3", 8}, {"F8_E8M0", 8}, {"I16", 16},
     {"U16", 16}, {"F16", 16},    {"BF16", 16},   {"I32", 32},    {"U32", 32},
     {"F32", 32}, {"C64", 64},    {"F64", 64},    {"I64", 64},    {"U64", 64}}};

/// Entry by entry through memcpy: a file promises no alignment.
template <class Stored, class T>
void decode_as(const unsigned char* bytes, std::size_t count, T* entries) {
    for (std::size_t i = 0; i < count; ++i) {
        Stored stored;
        std::memcpy(&stored, bytes + i * sizeof stored, sizeof stored);
        entries[i] = static_cast<T>(stored);
    }
}

template <class Stored, class T>
std::vector<unsigned char> encode_as(const T* entries, std::size_t count, const std::string& dtype,
                                     const std::string& name) {
    std::vector<unsigned char> bytes(count * sizeof(Stored));
    for (std::size_t i = 0; i < count; ++i) {
        // Eigen rounds double to half by way of float: two roundings, of which the first is far finer.
        const auto stored = static_cast<Stored>(entries[i]);
        if (!std::isfinite(static_cast<double>(stored))) {
            throw NumericalError(fmt::format("'{}' has an entry of {:.3g}, beyond the range of {}", name,
                                             static_cast<double>(entries[i]), dtype));
        }
        std::memcpy(bytes.data() + i * sizeof stored, &stored, sizeof stored);
    }
    return bytes;
}

[[noreturn]] void fail_dtype(const std::string& dtype) {
    throw InvalidArgument(fmt::format("entries of {} are no numbers of a network", dtype));
}

}  // namespace

std::uint64_t dtype_bits(std::string_view dtype) {
    const auto* const entry =
        std::ranges::find(kBits, dtype, &std::pair<std::string_view, std::uint64_t>::first);
    return entry == kBits.end() ? 0 : entry->second;
}

std::uint64_t dtype_size(std::string_view dtype) {
    return dtype_bits(dtype) / 8;
}

bool is_floating(std::string_view dtype) {
    return dtype == "F32" || dtype == "F16" || dtype == "BF16" || dtype == "F64";
}

template <class T>
void decode(const unsigned char* bytes, std::size_t count, const std::string& dtype, T* entries) {
    if (dtype == "F32") return decode_as<float>(bytes, count, entries);
    if (dtype == "F16") return decode_as<Eigen::half>(bytes, count, entries);
    if (dtype == "BF16") return decode_as<Eigen::bfloat16>(bytes, count, entries);
    if (dtype == "F64") return decode_as<double>(bytes, count, entries);
    fail_dtype(dtype);
}

template <class T>
std::vector<unsigned char> encode(const T* entries, std::size_t count, const std::string& dtype,
                                  const std::string& name) {
    if (dtype == "F32") return encode_as<float>(entries, count, dtype, name);
    if (dtype == "F16") return encode_as<Eigen::half>(entries, count, dtype, name);
    if (dtype == "BF16") return encode_as<Eigen::bfloat16>(entries, count, dtype, name);
    if (dtype == "F64") return encode_as<double>(entries, count, dtype, name);
    fail_dtype(dtype);
}

// NOLINTBEGIN(bugprone-macro-parentheses)
#define ECKART_INSTANTIATE(T)                                                                             \
    template ECKART_SHOWN void decode<T>(const unsigned char*, std::size_t, const std::string&, T*);      \
    template ECKART_SHOWN std::vector<unsigned char> encode<T>(const T*, std::size_t, const std::string&, \
                                                               const std::string&);
ECKART_INSTANTIATE(float)
ECKART_INSTANTIATE(double)
#undef ECKART_INSTANTIATE
// NOLINTEND(bugprone-macro-parentheses)

}  // namespace eckart::io
