#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "eckart/core/atomic_file.hpp"
#include "eckart/core/run_record.hpp"

namespace eckart::cli {

/// Options that every verb takes.
struct CommonOptions {
    std::uint64_t seed = 0;
    int threads = 0;  ///< 0: all CPUs this process may use
    bool json = false;
    bool quiet = false;
    bool force = false;
    [[nodiscard]] Overwrite overwrite() const { return force ? Overwrite::kReplace : Overwrite::kRefuse; }
};

/// What a verb needs from main: the whole command line (for run records and for how to go on) and where to
/// leave what main shall run once parsing succeeded.
struct Session {
    std::vector<std::string> command_line;  ///< word by word, each quoted for a shell
    std::function<int()> action;
};

/// The run record of a command: threads resolved, library versions of every module filled in.
RunRecord make_run_record(const Session& session, const CommonOptions& options, int threads);

/// What --version prints, without the last line's end: version and commit, then what the run record says of
/// this build and this machine.
std::string version_text();

/// Starts the program anew where OpenBLAS has chosen kernels that would end it (core/openblas.hpp) and
/// OPENBLAS_CORETYPE is not set. Before anything else has been done.
void restart_with_kernels_that_run(char** argv);

}  // namespace eckart::cli
