#include "shell_quote.hpp"

namespace eckart::cli {

std::string in_single_quotes(const std::string& word) {
    std::string text = "'";
    for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return text + "'";
}

std::string shell_quoted(const std::string& word) {
    const bool plain =
        !word.empty() && word.find_first_of(" \t\n\r'\"\\$`|&;<>()*?[]{}~#!") == std::string::npos;
    return plain ? word : in_single_quotes(word);
}

}  // namespace eckart::cli
