#pragma once

#include <string>
#include <vector>

namespace eckart {

/// The environment of this process for one that it starts, except that numbers are written and read as in C.
std::vector<std::string> c_locale_environment();

/// What exec wants: pointers into `strings`, then null. They live as long as the strings.
std::vector<char*> exec_pointers(std::vector<std::string>& strings);

}  // namespace eckart
