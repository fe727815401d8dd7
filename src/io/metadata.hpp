#pragma once

#include <cstddef>
#include <string>

#include "eckart/core/json.hpp"

namespace eckart::io {

/// A JSON document in a file's metadata, at most `longest` bytes. Throws FormatError saying why when it is
/// malformed, or nested deeper or wider than anything Eckart writes: a hostile document exhausts the stack
/// (copying and printing recurse) or takes hours (adding a member compares its name with all before it).
Json parse_metadata(const std::string& text, std::size_t longest);

}  // namespace eckart::io
