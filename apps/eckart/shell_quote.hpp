#pragma once

#include <string>

namespace eckart::cli {

/// A word in single quotes.
std::string in_single_quotes(const std::string& word);

/// A word as a shell takes it back: as it is where that is possible, else in single quotes.
std::string shell_quoted(const std::string& word);

}  // namespace eckart::cli
