#pragma once

#include <string>

#include "eckart/core/json.hpp"

#pragma GCC visibility push(default)

namespace eckart {

/// A JSON document that somebody else may have written. Throws FormatError, whose words begin with "it", when
/// it is malformed, or nested deeper (16 levels) or wider (100 members of an object) than anything Eckart
/// writes: a hostile document exhausts the stack (copying and printing recurse) or takes hours (adding a
/// member compares its name with all before it).
Json parse_json(const std::string& text);

}  // namespace eckart

#pragma GCC visibility pop
