#pragma once

#include <string>
#include <vector>

namespace eckart::test {

/// What --help of one command lists.
struct HelpListing {
    std::vector<std::string> words;     ///< of the command, after "eckart"
    std::vector<std::string> options;   ///< every name: "-o", "--output"; sorted
    std::vector<std::string> commands;  ///< below this one; sorted
    std::vector<std::string> examples;  ///< lines
};

/// The listings of the program and of every command below it.
std::vector<HelpListing> all_help_listings();

}  // namespace eckart::test
