#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "eckart/core/stop.hpp"

namespace eckart::report {

struct ProcessResult {
    bool found = true;         ///< whether the program exists
    bool interrupted = false;  ///< `stop` asked to end: the program was killed
    int status = 0;            ///< exit status; 128 + signal when a signal ended it
    std::string output;        ///< its stdout and stderr, the first kilobyte
};

/// Runs `program` (looked up in PATH) without a shell in the folder `directory`, with numbers in the C locale
/// and nothing on its stdin, and waits for it. `output_file` takes what it prints. With a `stop`, that alone
/// ends the program: it does not see Ctrl-C or SIGTERM itself. Throws IoError when it cannot be started for
/// another reason than not being there.
ProcessResult run_process(const std::string& program, const std::vector<std::string>& arguments,
                          const std::filesystem::path& output_file, const StopRequested& stop = {});

}  // namespace eckart::report
