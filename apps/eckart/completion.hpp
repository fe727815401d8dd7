#pragma once

#include <string>

#include "command_description.hpp"

namespace eckart::cli {

// What completes the program's command line in a shell: commands, options that may still be given, and values
// where a shell can know them. Each needs nothing but the shell itself.

/// A script for bash 4.4 and newer.
std::string bash_completion(const CommandDescription& program);
/// A function for zsh's completion system, to be loaded from $fpath or sourced.
std::string zsh_completion(const CommandDescription& program);
/// A script for fish 3.4 and newer.
std::string fish_completion(const CommandDescription& program);

}  // namespace eckart::cli
