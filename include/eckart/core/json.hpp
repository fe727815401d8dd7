#pragma once

#include <nlohmann/json.hpp>
#include <string>

#pragma GCC visibility push(default)

namespace eckart {

/// JSON that keeps the order in which keys were written. For documents that Eckart writes or wrote itself;
/// files of unknown origin are read by the strict readers of io.
using Json = nlohmann::ordered_json;

/// JSON as text, on one line when `indent` is -1. Bytes that are not UTF-8 (file names, command lines) become
/// U+FFFD instead of an exception.
inline std::string to_text(const Json& json, int indent = -1) {
    return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

}  // namespace eckart

#pragma GCC visibility pop
