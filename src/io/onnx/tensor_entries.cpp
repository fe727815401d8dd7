#include "io/onnx/tensor_entries.hpp"

#include <string>

#include "io/decode_in_parts.hpp"
#include "io/dtype.hpp"

namespace eckart::io {

namespace {

/// Entries that are stored as bytes; `fetch(byte offset, into, bytes)` reads them.
template <class T, class Fetch>
void read_bytes(const Fetch& fetch, const std::string& dtype, std::uint64_t first, std::uint64_t count,
                T* entries) {
    const std::uint64_t start = first * dtype_size(dtype);
    const auto fetch_from = [&](std::uint64_t offset, void* into, std::uint64_t size) {
        fetch(start + offset, into, size);
    };
    if (is_floating(dtype)) return decode_in_parts<T>(fetch_from, dtype, count, entries);
    std::vector<unsigned char> bytes(static_cast<std::size_t>(count));
    fetch_from(0, bytes.data(), bytes.size());
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        entries[i] =
            dtype == "I8" ? static_cast<T>(static_cast<signed char>(bytes[i])) : static_cast<T>(bytes[i]);
    }
}

/// Halves are the lower bits of whole numbers.
template <class T>
void read_halves(const onnx::TensorProto& tensor, const std::string& dtype, std::uint64_t first,
                 std::uint64_t count, T* entries) {
    const auto fetch = [&](std::uint64_t offset, void* into, std::uint64_t size) {
        auto* bytes = static_cast<unsigned char*>(into);
        for (std::uint64_t i = 0; i < size; ++i) {
            const std::uint64_t position = offset + i;
            const auto bits = static_cast<std::uint32_t>(tensor.int32_data(static_cast<int>(position / 2)));
            bytes[i] = static_cast<unsigned char>(bits >> (position % 2 == 0 ? 0U : 8U));
        }
    };
    read_bytes(fetch, dtype, first, count, entries);
}

template <class Field, class T>
void copy_field(const Field& field, std::uint64_t first, std::uint64_t count, T* entries) {
    for (std::uint64_t i = 0; i < count; ++i)
        entries[i] = static_cast<T>(field.Get(static_cast<int>(first + i)));
}

}  // namespace

template <class T>
void read_entries(const TensorData& data, const onnx::TensorProto& tensor, std::uint64_t first,
                  std::uint64_t count, T* entries) {
    const std::string dtype = dtype_name(tensor.data_type());
    if (const std::int64_t reference = reference_of(tensor, data.references().size(), data.path());
        reference >= 0) {
        const DataReference& where = data.references()[static_cast<std::size_t>(reference)];
        const auto fetch = [&](std::uint64_t offset, void* into, std::uint64_t size) {
            data.file(where.file).read(where.offset + offset, into, size);
        };
        read_bytes(fetch, dtype, first, count, entries);
    } else if (!tensor.raw_data().empty()) {
        const auto fetch = [&](std::uint64_t offset, void* into, std::uint64_t size) {
            tensor.raw_data().copy(static_cast<char*>(into), size, offset);
        };
        read_bytes(fetch, dtype, first, count, entries);
    } else if (dtype == "F32") {
        copy_field(tensor.float_data(), first, count, entries);
    } else if (dtype == "F64") {
        copy_field(tensor.double_data(), first, count, entries);
    } else if (dtype == "F16" || dtype == "BF16") {
        read_halves(tensor, dtype, first, count, entries);
    } else {
        copy_field(tensor.int32_data(), first, count, entries);
    }
}

template void read_entries<float>(const TensorData&, const onnx::TensorProto&, std::uint64_t, std::uint64_t,
                                  float*);
template void read_entries<double>(const TensorData&, const onnx::TensorProto&, std::uint64_t, std::uint64_t,
                                   double*);

}  // namespace eckart::io
