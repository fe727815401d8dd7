#include "model_names.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "terminal.hpp"

namespace eckart::cli {

namespace {

bool continues_character(char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

}  // namespace

std::string shown_name(const std::string& name, std::size_t columns) {
    std::string text = name.empty() ? "(the model)" : name;
    for (char& c : text) {
        if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') c = '?';
    }
    if (text.size() <= columns || columns < 8) return text;
    // The end tells layers apart better than the beginning.
    std::size_t head = (columns - 1) / 3;
    std::size_t tail = text.size() - (columns - 1 - head);
    while (head > 0 && continues_character(text[head])) --head;
    while (tail < text.size() && continues_character(text[tail])) ++tail;
    return text.substr(0, head) + "…" + text.substr(tail);
}

std::size_t name_columns(std::size_t others) {
    constexpr std::size_t kLeast = 24;
    const auto width = static_cast<std::size_t>(output_width());
    return std::max(kLeast, width > others ? width - others : 0);
}

std::string no_layer_text(const io::ModelFile& model) {
    std::string text =
        fmt::format("'{}' has no linear layer that could be factorized", model.path().string());
    if (model.kept().empty()) return text;
    const io::KeptTensor& first = model.kept().front();
    constexpr std::size_t kColumns = 60;
    text += fmt::format("; '{}' stays as it is: {}", shown_name(first.name, kColumns), first.why);
    if (model.kept().size() > 1) text += fmt::format(", and {} more tensors", model.kept().size() - 1);
    return text;
}

}  // namespace eckart::cli
