#include "model_names.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "terminal.hpp"

namespace eckart::cli {

namespace {

bool continues_character(char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

std::string printable_name(const std::string& name) {
    std::string text = name.empty() ? "(the model)" : name;
    for (char& c : text) {
        if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') c = '?';
    }
    return text;
}

}  // namespace

std::string shown_name(const std::string& name, std::size_t columns) {
    std::string text = printable_name(name);
    if (text.size() <= columns || columns < 8) return text;
    // The end tells layers apart better than the beginning, from a component on where one begins nearby.
    std::size_t begin = text.size() - (columns - 1);
    const std::size_t mark = text.find_first_of("./", begin);
    if (mark != std::string::npos && mark - begin < columns / 3 && mark + 1 < text.size()) begin = mark + 1;
    while (begin < text.size() && continues_character(text[begin])) ++begin;
    return "…" + text.substr(begin);
}

std::vector<std::string> shown_names(const std::vector<std::string>& names, std::size_t others) {
    constexpr std::size_t kLeast = 24;
    const auto width = static_cast<std::size_t>(output_width());
    const std::size_t columns = std::max(kLeast, width > others ? width - others : 0);
    std::vector<std::string> whole;
    std::vector<std::string> cut;
    for (const std::string& name : names) {
        whole.push_back(printable_name(name));
        cut.push_back(shown_name(name, columns));
    }
    const auto different = [](const std::vector<std::string>& texts) {
        return std::set<std::string>(texts.begin(), texts.end()).size();
    };
    return writes_to_terminal() && different(cut) == different(whole) ? cut : whole;
}

std::string clause(const std::string& why, const std::string& subject) {
    const bool lacks_one = why.starts_with("is ") || why.starts_with("has ") || why.starts_with("belongs ");
    return lacks_one ? fmt::format("{} {}", subject, why) : why;
}

std::string no_layer_text(const io::ModelFile& model) {
    std::string text =
        fmt::format("'{}' has no linear layer that could be factorized", model.path().string());
    if (model.kept().empty()) return text;
    const auto quantized = std::ranges::find_if(
        model.kept(), [](const io::KeptTensor& tensor) { return tensor.why.starts_with("is quantized"); });
    const io::KeptTensor& first = quantized == model.kept().end() ? model.kept().front() : *quantized;
    constexpr std::size_t kColumns = 60;
    text += fmt::format("; '{}' stays as it is: {}", shown_name(first.name, kColumns), clause(first.why));
    if (model.kept().size() > 1) text += fmt::format(", and {} more tensors", model.kept().size() - 1);
    return text;
}

}  // namespace eckart::cli
