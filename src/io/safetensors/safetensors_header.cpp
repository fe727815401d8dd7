#include <fmt/core.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <set>
#include <utility>

#include "eckart/core/error.hpp"
#include "eckart/core/json.hpp"
#include "eckart/io/safetensors.hpp"
#include "io/dtype.hpp"
#include "io/printable.hpp"

namespace eckart::io {

namespace {

constexpr std::size_t kMostDimensions = 32;

/// Reads the header event by event, so that a hostile one costs no more memory than its text. Every handler
/// returns true or throws.
class HeaderHandler final : public nlohmann::json_sax<nlohmann::json> {
  public:
    HeaderHandler(const std::string& file, SafetensorsHeader& header) : file_(file), header_(header) {}

    bool null() override { fail("null where the format has none"); }
    bool boolean(bool) override { fail("a boolean where the format has none"); }
    bool number_integer(number_integer_t value) override {
        fail(fmt::format("the negative number {}", value));
    }
    bool number_float(number_float_t, const string_t& text) override {
        fail(fmt::format("the number {}, which is not an unsigned 64-bit integer", printable(text)));
    }
    bool binary(binary_t&) override { fail("binary data"); }

    bool number_unsigned(number_unsigned_t value) override {
        if (place_ != Place::kShape && place_ != Place::kOffsets) fail(fmt::format("the number {}", value));
        std::vector<std::uint64_t>& list = place_ == Place::kShape ? tensor_.shape : offsets_;
        if (list.size() == (place_ == Place::kShape ? kMostDimensions : 2))
            fail("more numbers than it may have");
        list.push_back(value);
        return true;
    }

    bool string(string_t& value) override {
        if (place_ == Place::kMetadata) {
            header_.metadata[key_] = value;
        } else if (place_ == Place::kTensor && key_ == "dtype") {
            tensor_.dtype = value;
        } else {
            fail(fmt::format("the text '{}'", printable(value)));
        }
        return true;
    }

    bool start_object(std::size_t) override {
        switch (place_) {
            case Place::kOutside:
                place_ = Place::kTop;
                return true;
            case Place::kTop:
                place_ = tensor_.name == "__metadata__" ? Place::kMetadata : Place::kTensor;
                members_.clear();
                return true;
            default:
                fail("an object where the format has none");
        }
    }

    bool key(string_t& name) override {
        key_ = name;
        if (place_ == Place::kTop) {
            if (!names_.insert(name).second)
                throw_fault(fmt::format("has the key '{}' twice", printable(name)));
            tensor_ = {};
            tensor_.name = name;
            offsets_.clear();
            return true;
        }
        if (!members_.insert(name).second) fail(fmt::format("the member '{}' twice", printable(name)));
        if (place_ == Place::kTensor && name != "dtype" && name != "shape" && name != "data_offsets") {
            fail(fmt::format("the unknown member '{}'", printable(name)));
        }
        return true;
    }

    bool start_array(std::size_t) override {
        if (place_ != Place::kTensor || key_ == "dtype") fail("an array where the format has none");
        place_ = key_ == "shape" ? Place::kShape : Place::kOffsets;
        return true;
    }

    bool end_array() override {
        place_ = Place::kTensor;
        return true;
    }

    bool end_object() override {
        if (place_ == Place::kTensor) finish_tensor();
        place_ = place_ == Place::kTop ? Place::kOutside : Place::kTop;
        return true;
    }

    bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) override {
        throw_fault(fmt::format("is not valid JSON at byte {}", position));
    }

    [[noreturn]] void throw_fault(const std::string& fault) const {
        throw FormatError(
            fmt::format("'{}': the safetensors header {}; the file is damaged, get it again", file_, fault));
    }

  private:
    enum class Place { kOutside, kTop, kMetadata, kTensor, kShape, kOffsets };

    [[noreturn]] void fail(const std::string& found) const {
        if (place_ == Place::kOutside) throw_fault(fmt::format("is not an object: it has {}", found));
        const bool in_list = place_ == Place::kShape || place_ == Place::kOffsets;
        throw_fault(fmt::format("has {} in {}'{}'", found, in_list ? "'" + key_ + "' of " : "",
                                printable(tensor_.name)));
    }

    void finish_tensor() {
        for (const char* member : {"dtype", "shape", "data_offsets"}) {
            if (!members_.contains(member)) fail(fmt::format("no '{}'", member));
        }
        if (offsets_.size() != 2) fail(fmt::format("{} data_offsets instead of 2", offsets_.size()));
        if (header_.tensors.size() == kMostTensors)
            throw_fault(fmt::format("names more than {} tensors", kMostTensors));
        tensor_.begin = offsets_[0];
        tensor_.end = offsets_[1];
        header_.tensors.push_back(std::move(tensor_));
        tensor_ = {};
    }

    const std::string& file_;
    SafetensorsHeader& header_;
    Place place_ = Place::kOutside;
    std::set<std::string> names_;
    std::set<std::string> members_;
    std::string key_;
    TensorInfo tensor_;
    std::vector<std::uint64_t> offsets_;
};

/// Bits of the tensor by its dtype and shape; nothing when their number exceeds 64 bits.
std::optional<std::uint64_t> bits_of_shape(const TensorInfo& tensor) {
    std::uint64_t bits = dtype_bits(tensor.dtype);
    // A zero anywhere makes the tensor empty, however large the other dimensions are.
    if (std::ranges::find(tensor.shape, std::uint64_t{0}) != tensor.shape.end()) return 0;
    for (const std::uint64_t dimension : tensor.shape) {
        if (bits > std::numeric_limits<std::uint64_t>::max() / dimension) return std::nullopt;
        bits *= dimension;
    }
    return bits;
}

/// "8", "4.5" where entries that are shorter than a byte do not fill the last one, "more than 2^64".
std::string bytes_text(const std::optional<std::uint64_t>& bits) {
    if (!bits) return "more than 2^64";
    return *bits % 8 == 0 ? std::to_string(*bits / 8) : fmt::format("{}", static_cast<double>(*bits) / 8);
}

void check_tensor(const TensorInfo& tensor, std::uint64_t buffer_size, const HeaderHandler& handler) {
    const std::string name = printable(tensor.name);
    if (dtype_bits(tensor.dtype) == 0) {
        handler.throw_fault(fmt::format("gives '{}' the unknown dtype '{}'", name, printable(tensor.dtype)));
    }
    if (tensor.begin > tensor.end || tensor.end > buffer_size) {
        handler.throw_fault(fmt::format("puts '{}' at bytes {} to {} of a buffer of {}", name, tensor.begin,
                                        tensor.end, buffer_size));
    }
    const std::optional<std::uint64_t> bits = bits_of_shape(tensor);
    if (!bits || *bits % 8 != 0 || *bits / 8 != tensor.end - tensor.begin) {
        handler.throw_fault(fmt::format("gives '{}' {} bytes, but its shape needs {}", name,
                                        tensor.end - tensor.begin, bytes_text(bits)));
    }
}

void check_tiling(const std::vector<TensorInfo>& tensors, std::uint64_t buffer_size,
                  const HeaderHandler& handler) {
    std::uint64_t position = 0;
    for (const TensorInfo& tensor : tensors) {
        if (tensor.begin != position) {
            handler.throw_fault(fmt::format("leaves {} before '{}' (byte {} follows {})",
                                            tensor.begin > position ? "a hole" : "an overlap",
                                            printable(tensor.name), tensor.begin, position));
        }
        position = tensor.end;
    }
    if (position != buffer_size) {
        handler.throw_fault(fmt::format("describes {} bytes, but {} follow it", position, buffer_size));
    }
}

}  // namespace

SafetensorsHeader parse_safetensors_header(std::string_view text, std::uint64_t buffer_size,
                                           const std::string& file) {
    SafetensorsHeader header;
    HeaderHandler handler(file, header);
    // nlohmann would skip a byte order mark and stop at a NUL byte.
    if (!text.starts_with('{')) handler.throw_fault("does not begin with '{'");
    if (text.find('\0') != std::string_view::npos) handler.throw_fault("contains a NUL byte");
    nlohmann::json::sax_parse(text.begin(), text.end(), &handler);
    for (const TensorInfo& tensor : header.tensors) check_tensor(tensor, buffer_size, handler);
    std::ranges::sort(header.tensors, [](const TensorInfo& a, const TensorInfo& b) {
        return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
    });
    check_tiling(header.tensors, buffer_size, handler);
    return header;
}

}  // namespace eckart::io
