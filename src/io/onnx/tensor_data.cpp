#include "io/onnx/tensor_data.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "io/onnx/each_tensor.hpp"
#include "io/onnx/element_type.hpp"
#include "io/onnx/external_location.hpp"
#include "io/onnx/faults.hpp"

namespace eckart::io {

namespace {

std::string tensor_text(const onnx::TensorProto& tensor) {
    return fmt::format("tensor '{}'", printable(tensor.name()));
}

/// Entries of the shape; nothing where a dimension is negative or the bytes cannot be counted.
std::optional<std::uint64_t> count_of(const onnx::TensorProto& tensor) {
    constexpr std::uint64_t kMost = std::uint64_t{1} << 58U;
    std::uint64_t count = 1;
    bool empty = false;
    for (const std::int64_t dimension : tensor.dims()) {
        if (dimension < 0) return std::nullopt;
        const auto size = static_cast<std::uint64_t>(dimension);
        if (size == 0) {
            empty = true;
        } else if (count > kMost / size) {
            return std::nullopt;
        } else {
            count *= size;
        }
    }
    return empty ? 0 : count;
}

std::string shape_of(const onnx::TensorProto& tensor) {
    std::string text;
    for (const std::int64_t dimension : tensor.dims())
        text += fmt::format("{}{}", text.empty() ? "" : ", ", dimension);
    return fmt::format("({})", text);
}

/// Entries in the typed fields, and whether more than one of them is used.
std::pair<std::uint64_t, int> typed_entries(const onnx::TensorProto& tensor) {
    std::uint64_t entries = 0;
    int fields = 0;
    for (const int size : {tensor.float_data_size(), tensor.int32_data_size(), tensor.int64_data_size(),
                           tensor.uint64_data_size(), tensor.double_data_size(), tensor.string_data_size()}) {
        entries += static_cast<std::uint64_t>(size);
        fields += size > 0 ? 1 : 0;
    }
    return {entries, fields};
}

std::uint64_t entries_of_type(const onnx::TensorProto& tensor, ElementType::Typed typed) {
    switch (typed) {
        case ElementType::Typed::kFloat:
            return static_cast<std::uint64_t>(tensor.float_data_size());
        case ElementType::Typed::kInt32:
            return static_cast<std::uint64_t>(tensor.int32_data_size());
        case ElementType::Typed::kInt64:
            return static_cast<std::uint64_t>(tensor.int64_data_size());
        case ElementType::Typed::kUint64:
            return static_cast<std::uint64_t>(tensor.uint64_data_size());
        case ElementType::Typed::kDouble:
            return static_cast<std::uint64_t>(tensor.double_data_size());
        case ElementType::Typed::kText:
            return static_cast<std::uint64_t>(tensor.string_data_size());
    }
    return 0;
}

/// How many entries of the typed field hold `count` entries: two for a complex number, one for several that
/// are shorter than a byte.
std::uint64_t typed_count(const ElementType& type, std::uint64_t count) {
    if (type.number == 14 || type.number == 15) return 2 * count;
    return type.bits > 0 && type.bits < 8 ? (count * type.bits + 7) / 8 : count;
}

/// Whether entries of `type` may be in this field as bytes.
bool holds(int field, const ElementType& type) {
    if (field == onnx::TensorProto::kFloatDataFieldNumber) return type.typed == ElementType::Typed::kFloat;
    if (field == onnx::TensorProto::kDoubleDataFieldNumber) return type.typed == ElementType::Typed::kDouble;
    return true;
}

}  // namespace

std::string dtype_name(int data_type) {
    const ElementType* type = element_type(data_type);
    return type != nullptr ? type->name : fmt::format("type {}", data_type);
}

std::uint64_t entry_count(const onnx::TensorProto& tensor) {
    return count_of(tensor).value_or(0);
}

TensorData::TensorData(const std::filesystem::path& path) {
    files_.emplace_back(path);
    model_ = read_skeleton(files_.front(), references_);
    for_each_tensor(model_, [this](onnx::TensorProto& tensor) { check(tensor); });
}

void TensorData::check(onnx::TensorProto& tensor) {
    const auto fail = [&](const std::string& fault) {
        fail_onnx(path(), fmt::format("holds the {} {}; export it again", tensor_text(tensor), fault));
    };
    const std::optional<std::uint64_t> count = count_of(tensor);
    if (!count) fail(fmt::format("with the impossible shape {}", shape_of(tensor)));
    const ElementType* type = element_type(tensor.data_type());
    if (tensor.data_type() <= 0) fail("without a data type");
    const std::int64_t reference = reference_of(tensor, references_.size(), path());
    const bool external = tensor.data_location() == onnx::TensorProto::EXTERNAL ||
                          (tensor.external_data_size() > 0 && reference < 0);
    const auto [typed, fields] = typed_entries(tensor);
    const int places =
        (reference >= 0 ? 1 : 0) + (external ? 1 : 0) + (tensor.raw_data().empty() ? 0 : 1) + fields;
    if (places > 1) fail("with its data given twice");
    if (type == nullptr) {
        if (external) fail(fmt::format("of the unknown data type {} as external data", tensor.data_type()));
        return;
    }
    const std::uint64_t bytes = (*count * type->bits + 7) / 8;
    if (external && type->bits == 0) fail("of texts as external data");
    if (external) return resolve_external(tensor, bytes);
    if (reference >= 0 && !holds(references_[static_cast<std::size_t>(reference)].field, *type))
        fail(fmt::format("of {} in the field of another type", type->name));
    const std::uint64_t stored =
        reference >= 0 ? references_[static_cast<std::size_t>(reference)].size : tensor.raw_data().size();
    if (reference >= 0 || !tensor.raw_data().empty()) {
        if (type->bits == 0) fail("of texts as raw data");
        if (stored != bytes)
            fail(fmt::format("with {} bytes where its shape {} needs {}", stored, shape_of(tensor), bytes));
    } else if (typed != typed_count(*type, *count) || entries_of_type(tensor, type->typed) != typed) {
        fail(fmt::format("with {} entries of {} where its shape {} needs {}", typed, type->name,
                         shape_of(tensor), typed_count(*type, *count)));
    }
}

void TensorData::resolve_external(onnx::TensorProto& tensor, std::uint64_t expected) {
    const ExternalLocation where = parse_external(tensor, path());
    const std::size_t file = open_beside(where.location, tensor.name());
    const std::uint64_t size = files_[file].size();
    const std::uint64_t length = where.length.value_or(expected);
    if (length != expected) {
        fail_onnx(path(),
                  fmt::format("gives the {} {} bytes of external data where its shape {} needs {}; export "
                              "it again",
                              tensor_text(tensor), length, shape_of(tensor), expected));
    }
    if (where.offset > size || length > size - where.offset) {
        fail_onnx(path(),
                  fmt::format("keeps the {} in bytes {} to {} of '{}', which has only {}; get that file "
                              "again",
                              tensor_text(tensor), where.offset,
                              static_cast<double>(where.offset) + static_cast<double>(length),
                              printable(where.location), size));
    }
    tensor.clear_external_data();
    tensor.clear_data_location();
    const auto [place, created] = external_.try_emplace({file, where.offset, length}, references_.size());
    set_reference(tensor, place->second);
    if (created) references_.push_back({file, where.offset, length, 0});
}

std::size_t TensorData::open_beside(const std::string& location, const std::string& tensor) {
    const std::filesystem::path file = confined_path(path(), location, tensor);
    for (std::size_t i = 1; i < files_.size(); ++i) {
        if (files_[i].path() == file) return i;
    }
    constexpr std::size_t kMostFiles = 1000;
    if (files_.size() > kMostFiles) {
        fail_onnx(path(),
                  fmt::format("keeps its external data in more than {} files; store it in one", kMostFiles));
    }
    files_.emplace_back(file);
    return files_.size() - 1;
}

std::uint64_t TensorData::bytes(const onnx::TensorProto& tensor) const {
    const ElementType* type = element_type(tensor.data_type());
    return type == nullptr ? tensor.raw_data().size() : (entry_count(tensor) * type->bits + 7) / 8;
}

std::vector<std::filesystem::path> TensorData::files() const {
    std::vector<std::filesystem::path> paths;
    for (const InputFile& file : files_) paths.push_back(file.path());
    return paths;
}

}  // namespace eckart::io
