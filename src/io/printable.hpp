#pragma once

#include <string>
#include <string_view>

namespace eckart::io {

/// Text from a file, fit for an error message: control characters and bytes outside ASCII as \xNN, cut after
/// 80 characters.
std::string printable(std::string_view text);

}  // namespace eckart::io
