#pragma once

#include <string>
#include <vector>

#include "command_description.hpp"

namespace eckart::cli {

struct ManPage {
    std::string file;  ///< "eckart-data-fetch.1"
    std::string text;
};

/// A page for the program and one for every command, in the language of man(7). The same description and
/// version give the same bytes: the pages have no date.
std::vector<ManPage> man_pages(const CommandDescription& program, const std::string& version);

}  // namespace eckart::cli
