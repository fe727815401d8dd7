#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace eckart::cli {

/// The candidate nearest to `word` by edit distance (Damerau-Levenshtein, adjacent swaps count once), or an
/// empty string when none is near: more than a third of the letters would have to change.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace eckart::cli
