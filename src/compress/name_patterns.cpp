#include "compress/name_patterns.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "eckart/core/error.hpp"

namespace eckart::compress {

// Not fnmatch(): to it, "[0]" is a set of characters, which layers of ONNX models have in their names.
// After a mismatch the last * takes one character more: O(|pattern| |name|), whatever the pattern.
bool fits(const std::string& pattern, const std::string& name) {
    std::size_t i = 0;
    std::size_t j = 0;
    std::size_t star = std::string::npos;
    std::size_t taken = 0;
    while (j < name.size()) {
        if (i < pattern.size() && pattern[i] == '*') {
            star = i++;
            taken = j;
        } else if (i < pattern.size() && (pattern[i] == '?' || pattern[i] == name[j])) {
            ++i;
            ++j;
        } else if (star != std::string::npos) {
            i = star + 1;
            j = ++taken;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', i) == std::string::npos;
}

bool named_by(const std::vector<std::string>& patterns, const io::StoredLinear& layer) {
    return std::ranges::any_of(patterns, [&](const std::string& pattern) {
        return fits(pattern, layer.name) || fits(pattern, layer.tensor);
    });
}

void require_hits(const std::vector<std::string>& patterns, const io::ModelFile& model,
                  const std::string& option) {
    for (const std::string& pattern : patterns) {
        const bool hit = std::ranges::any_of(
            model.linears(), [&](const io::StoredLinear& layer) { return named_by({pattern}, layer); });
        if (hit) continue;
        const auto kept = std::ranges::find_if(model.kept(), [&](const io::KeptTensor& tensor) {
            return fits(pattern, tensor.name) || fits(fmt::format("{}.weight", pattern), tensor.name);
        });
        if (kept != model.kept().end()) {
            if (option == "--exclude") continue;
            throw InvalidArgument(fmt::format("{} '{}' names no linear layer; '{}' stays as it is: {}",
                                              option, pattern, kept->name, kept->why));
        }
        throw InvalidArgument(
            fmt::format("{} '{}' names none of the {} linear layers of '{}'; 'eckart inspect "
                        "--no-spectra' lists them",
                        option, pattern, model.linears().size(), model.path().string()));
    }
}

}  // namespace eckart::compress
