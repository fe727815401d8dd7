#include "core/child_environment.hpp"

#include <unistd.h>

namespace eckart {

std::vector<std::string> c_locale_environment() {
    std::vector<std::string> variables;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string variable = *entry;
        if (variable.starts_with("LC_ALL=") || variable.starts_with("LC_NUMERIC=")) continue;
        variables.push_back(variable);
    }
    variables.emplace_back("LC_NUMERIC=C");
    return variables;
}

std::vector<char*> exec_pointers(std::vector<std::string>& strings) {
    std::vector<char*> result;
    result.reserve(strings.size() + 1);
    for (std::string& text : strings) result.push_back(text.data());
    result.push_back(nullptr);
    return result;
}

}  // namespace eckart
