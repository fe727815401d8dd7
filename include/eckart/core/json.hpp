#pragma once

#include <nlohmann/json.hpp>

namespace eckart {

/// JSON that keeps the order in which keys were written. For documents that Eckart writes or wrote itself;
/// files of unknown origin are read by the strict readers of io.
using Json = nlohmann::ordered_json;

}  // namespace eckart
