#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace eckart::test {

/// How the program is started.
struct Start {
    std::vector<std::string> arguments;         ///< without the program's name
    std::filesystem::path folder;               ///< its working directory
    std::vector<std::string> environment = {};  ///< "NAME=value", beside what this process has
    std::string stdout_path = "";               ///< where stdout leads instead of to the caller
    std::vector<int> closed = {};               ///< descriptors that are not open when it starts
    bool plain_rights = false;  ///< without root's right to read and write what permissions forbid
};

/// What came of it.
struct Ended {
    int code = -1;  ///< 128 + the signal's number when one ended it
    std::string out;
    std::string err;
};

/// Whether a process can be started without root's rights over files: always when this one is not root's.
bool can_drop_rights();

/// Runs the built program to its end. Throws std::runtime_error when it cannot be started, or takes longer
/// than two minutes: then it is killed.
Ended run_eckart(const Start& start);

/// Runs any program, found by PATH.
Ended run_program(const std::string& program, const Start& start);

}  // namespace eckart::test
