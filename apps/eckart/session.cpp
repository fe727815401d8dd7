#include "session.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>

#include "eckart/core/openblas.hpp"
#include "eckart/core/threads.hpp"
#include "eckart/ops/instructions.hpp"

namespace eckart::cli {

RunRecord make_run_record(const Session& session, const CommonOptions& options, int threads) {
    RunRecord record =
        capture_run_record(fmt::format("{}", fmt::join(session.command_line, " ")), options.seed, threads);
    ops::add_instructions(record);
    return record;
}

std::string version_text() {
    RunRecord record = capture_run_record("", 0, available_threads());
    ops::add_instructions(record);
    auto& uses = record.instructions;
    auto& libraries = record.libraries;
    const std::string commit = record.commit == "unknown" ? "" : fmt::format(" ({})", record.commit);
    return fmt::format(
        "eckart {}{}\n\n"
        "  build     {}, {}\n"
        "  system    {}\n"
        "  CPU       {}, {}\n"
        "  threads   {}\n"
        "  loops     {}\n"
        "  oneDNN    {}, {}, math mode {}\n"
        "  OpenBLAS  {}, kernels {}\n"
        "  Eigen     {}, {}",
        record.version, commit, record.build_type, record.compiler, record.system, record.cpu,
        record.instruction_set, record.threads, uses["loops"], libraries["oneDNN"], uses["oneDNN"],
        record.math_mode, libraries["OpenBLAS"], uses["OpenBLAS"], libraries["Eigen"], uses["Eigen"]);
}

void restart_with_kernels_that_run(char** argv) {
    constexpr const char* kVariable = "OPENBLAS_CORETYPE";
    const std::string coretype = needed_openblas_coretype();
    if (coretype.empty() || std::getenv(kVariable) != nullptr) return;
    setenv(kVariable, coretype.c_str(), 1);
    execv("/proc/self/exe",
          argv);  // returns only where it failed; then all that needs no product still works
}

}  // namespace eckart::cli
