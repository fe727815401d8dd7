#pragma once

#include <string>
#include <vector>

namespace eckart::bench {

/// The lines that `script`, a file beside this one, prints when the Python of ECKART_PEER_PYTHON runs it with
/// `arguments`; none where the variable is not set or the script fails.
std::vector<std::string> peer_lines(const std::string& script, const std::string& arguments);

}  // namespace eckart::bench
