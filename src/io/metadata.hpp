#pragma once

#include <cstddef>
#include <string>

#include "eckart/core/json.hpp"

namespace eckart::io {

/// A JSON document in a file's metadata: parse_json() of at most `longest` bytes. Throws FormatError saying
/// why.
Json parse_metadata(const std::string& text, std::size_t longest);

}  // namespace eckart::io
