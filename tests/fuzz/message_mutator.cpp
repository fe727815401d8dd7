#include "message_mutator.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* bytes, std::size_t size, std::size_t capacity);

namespace eckart::test {

namespace {

constexpr int kDeepest = 40;

/// A field: a number, or bytes of a fixed or given length, which are fields again where they can be read so.
struct Field {
    std::uint64_t tag = 0;
    std::uint64_t number = 0;
    std::string bytes;
    std::vector<Field> inner;

    [[nodiscard]] unsigned wire() const { return static_cast<unsigned>(tag & 7U); }
};

bool read_varint(std::string_view& text, std::uint64_t& value) {
    value = 0;
    for (unsigned shift = 0; shift < 64 && !text.empty(); shift += 7) {
        const auto byte = static_cast<unsigned char>(text.front());
        text.remove_prefix(1);
        value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
        if (byte < 0x80) return true;
    }
    return false;
}

void write_varint(std::uint64_t value, std::string& text) {
    for (; value >= 0x80; value >>= 7U) text += static_cast<char>((value & 0x7FU) | 0x80U);
    text += static_cast<char>(value);
}

std::optional<std::vector<Field>> read_fields(std::string_view text, int depth);

bool read_field(std::string_view& text, Field& field, int depth) {
    if (!read_varint(text, field.tag) || field.tag < 8) return false;
    std::uint64_t length = field.wire() == 1 ? 8 : 4;
    if (field.wire() == 0) return read_varint(text, field.number);
    if (field.wire() == 2 && !read_varint(text, length)) return false;
    if ((field.wire() != 1 && field.wire() != 2 && field.wire() != 5) || length > text.size()) return false;
    field.bytes = text.substr(0, static_cast<std::size_t>(length));
    text.remove_prefix(static_cast<std::size_t>(length));
    if (field.wire() != 2 || depth == kDeepest) return true;
    if (auto inner = read_fields(field.bytes, depth + 1)) field.inner = std::move(*inner);
    return true;
}

std::optional<std::vector<Field>> read_fields(std::string_view text, int depth) {
    std::vector<Field> fields;
    while (!text.empty()) {
        Field field;
        if (!read_field(text, field, depth)) return std::nullopt;
        fields.push_back(std::move(field));
    }
    return fields;
}

std::string written(const std::vector<Field>& fields) {
    std::string text;
    for (const Field& field : fields) {
        write_varint(field.tag, text);
        if (field.wire() == 0) {
            write_varint(field.number, text);
            continue;
        }
        const std::string bytes = field.inner.empty() ? field.bytes : written(field.inner);
        if (field.wire() == 2) write_varint(bytes.size(), text);
        text += bytes;
    }
    return text;
}

class Mutator {
  public:
    explicit Mutator(unsigned seed) : random_(seed) {}

    void mutate(std::vector<Field>& fields) {
        std::vector<std::pair<std::vector<Field>*, std::size_t>> places;
        collect(fields, places);
        if (places.empty()) return;
        const auto [list, at] = places[below(places.size())];
        const auto [other_list, other] = places[below(places.size())];
        const Field copy = (*other_list)[other];
        switch (below(6)) {
            case 0:
                list->erase(list->begin() + static_cast<std::ptrdiff_t>(at));
                break;
            case 1: {
                const Field twice = (*list)[at];
                list->insert(list->begin() + static_cast<std::ptrdiff_t>(below(list->size() + 1)), twice);
                break;
            }
            case 2:
                std::swap((*list)[at], (*list)[below(list->size())]);
                break;
            case 3:
                take_content((*list)[at], copy);
                break;
            default:
                change((*list)[at]);
        }
    }

  private:
    std::size_t below(std::size_t count) {
        return std::uniform_int_distribution<std::size_t>(0, count - 1)(random_);
    }

    void collect(std::vector<Field>& fields,
                 std::vector<std::pair<std::vector<Field>*, std::size_t>>& places) {
        for (std::size_t i = 0; i < fields.size(); ++i) {
            places.emplace_back(&fields, i);
            collect(fields[i].inner, places);
        }
    }

    /// Names and numbers that occur already are what other parts refer to.
    void take_content(Field& field, const Field& from) const {
        if (field.wire() != from.wire()) return;
        const std::uint64_t tag = field.tag;
        field = from;
        field.tag = tag;
    }

    void change(Field& field) {
        if (field.wire() == 0) return change_number(field.number);
        std::string bytes = field.inner.empty() ? field.bytes : written(field.inner);
        const std::size_t size = bytes.size();
        if (field.wire() == 2) bytes.resize(size + 16);
        const std::size_t capacity = bytes.size();
        const std::size_t changed =
            LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(bytes.data()), size, capacity);
        bytes.resize(field.wire() == 2 ? changed : size);
        field.inner.clear();
        field.bytes = std::move(bytes);
    }

    void change_number(std::uint64_t& number) {
        constexpr std::array<std::uint64_t, 14> kHostile{
            0, 1, 2, 3, 7, 10, 11, 16, 17, 1U << 31U, 1ULL << 32U, 1ULL << 62U, 1ULL << 63U, ~0ULL};
        const std::size_t choice = below(kHostile.size() + 4);
        if (choice < kHostile.size()) {
            number = kHostile[choice];
        } else {
            number += choice % 2 == 0 ? 1 : ~0ULL;
        }
    }

    std::mt19937 random_;
};

}  // namespace

std::size_t mutate_message(std::uint8_t* bytes, std::size_t size, std::size_t capacity, unsigned seed) {
    auto fields = read_fields({reinterpret_cast<const char*>(bytes), size}, 0);
    if (seed % 4 == 0 || !fields || fields->empty()) return LLVMFuzzerMutate(bytes, size, capacity);
    Mutator(seed).mutate(*fields);
    const std::string text = written(*fields);
    if (text.empty() || text.size() > capacity) return LLVMFuzzerMutate(bytes, size, capacity);
    std::memcpy(bytes, text.data(), text.size());
    return text.size();
}

}  // namespace eckart::test
