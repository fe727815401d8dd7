#pragma once

#include <array>
#include <string>

#include "eckart/core/error.hpp"

namespace eckart::cli {

enum ExitCode : int {
    kDone = 0,
    kInternal = 1,
    kUsage = 2,
    kBadInput = 3,
    kUnreachable = 4,
    kCannotReadOrWrite = 5,
    kNetworkFailure = 6,
    kInterrupted = 130,
    kTerminated = 143,
};

inline ExitCode exit_code(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::kInvalidArgument:
            return kUsage;
        case ErrorKind::kIo:
            return kCannotReadOrWrite;
        case ErrorKind::kFormat:
            return kBadInput;
        case ErrorKind::kNetwork:
            return kNetworkFailure;
        case ErrorKind::kNumerical:
        case ErrorKind::kBackend:
            return kInternal;
    }
    return kInternal;
}

struct ExitMeaning {
    const char* codes;
    const char* meaning;
};

/// The one list of them: for --help and the man pages.
inline constexpr std::array<ExitMeaning, 8> kExitMeanings{{{"0", "done"},
                                                           {"1", "failure inside"},
                                                           {"2", "usage"},
                                                           {"3", "bad input file"},
                                                           {"4", "goal not reachable"},
                                                           {"5", "cannot read or write"},
                                                           {"6", "network or checksum"},
                                                           {"130/143", "interrupted, after saving"}}};

/// The list as the last lines of --help.
std::string exit_code_help();

}  // namespace eckart::cli
