#include <fmt/core.h>

#include <chrono>
#include <cmath>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "commands.hpp"
#include "context.hpp"
#include "eckart/core/error.hpp"
#include "eckart/selfcheck/selfcheck.hpp"
#include "exit_codes.hpp"
#include "run_directory.hpp"
#include "table.hpp"

namespace eckart::cli {

namespace {

using selfcheck::CheckResult;
using selfcheck::Finding;

struct SelfcheckArguments {
    CommonOptions common;
    std::string folder;
};

/// How many numbers there are, and what is wrong with those that failed.
struct Tally {
    std::size_t count = 0;
    std::vector<std::string> failures;
};

Tally tally(const std::vector<CheckResult>& results) {
    Tally sum;
    for (const CheckResult& result : results) {
        for (const Finding& finding : result.findings) {
            ++sum.count;
            if (finding.passed()) continue;
            sum.failures.push_back(fmt::format("{}, {}: {}", result.name, finding.name, finding.failure));
        }
    }
    return sum;
}

std::string scientific(double value) {
    return std::isnan(value) ? "-" : value == 0 ? "0" : fmt::format("{:.1e}", value);
}

std::string findings_table(const std::vector<CheckResult>& results) {
    Table table({"", "slope", "error", "bound", ""});
    for (const CheckResult& result : results) {
        table.add_row({result.name});
        for (const Finding& finding : result.findings) {
            table.add_row({fmt::format("  {}", finding.name),
                           std::isnan(finding.slope) ? "" : fmt::format("{:.2f}", finding.slope),
                           scientific(finding.error), scientific(finding.bound),
                           finding.passed() ? "ok" : "FAILED"});
        }
    }
    return table.text();
}

void print_results(const std::vector<CheckResult>& results, const Tally& sum, double seconds,
                   Context& context) {
    context.print(findings_table(results));
    context.print(
        "error: 0 in exact arithmetic; of a derivative, the smallest distance from central differences\n"
        "over all steps. slope: how that distance falls with the step; 2 for a right derivative.\n");
    for (const std::string& failure : sum.failures) context.print(fmt::format("FAILED {}", failure));
    if (sum.failures.empty()) {
        context.print(fmt::format("All {} numbers are within their bounds ({}, {} {}).", sum.count,
                                  format_seconds(seconds), context.threads(),
                                  context.threads() == 1 ? "thread" : "threads"));
    }
}

/// The folder that was asked for, or the one for temporary files. Throws IoError unless it is one.
std::filesystem::path scratch_folder(const std::string& asked) {
    std::error_code error;
    std::filesystem::path folder =
        asked.empty() ? std::filesystem::temp_directory_path(error) : asked.c_str();
    if (error || !std::filesystem::is_directory(folder, error)) {
        throw IoError(fmt::format("there is no folder {} to write a file in; name one with --folder{}",
                                  asked.empty() ? "for temporary files" : fmt::format("'{}'", asked),
                                  asked.empty() ? " or in TMPDIR" : ""));
    }
    return folder;
}

int run(const SelfcheckArguments& arguments, const Session& session) {
    Context context(session, arguments.common);
    const selfcheck::SelfcheckOptions options{arguments.common.seed, scratch_folder(arguments.folder)};
    const auto start = std::chrono::steady_clock::now();
    const auto results =
        selfcheck::run_checks(selfcheck::standard_checks(options), context.progress(), stop_requested());
    if (interrupt_exit_code() != 0) {
        context.progress().on_line("interrupted; nothing was left behind");
        return interrupt_exit_code();
    }
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    const Tally sum = tally(results);
    print_results(results, sum, seconds, context);
    context.print_json(with_record("eckart.selfcheck/1", context.record(""),
                                   {{"passed", sum.failures.empty()},
                                    {"count", sum.count},
                                    {"failed", sum.failures.size()},
                                    {"seconds", seconds},
                                    {"checks", selfcheck::to_json(results)}}));
    if (sum.failures.empty()) return kDone;
    throw NumericalError(fmt::format(
        "selfcheck: {} of {} numbers are wrong, first {}; do not trust results of this installation before "
        "that is understood; --threads 1 and other versions of OpenBLAS and oneDNN narrow it down",
        sum.failures.size(), sum.count, sum.failures.front()));
}

}  // namespace

void add_command_selfcheck(Verb root, Session& session) {
    Verb verb =
        root.add_verb("selfcheck", "Check derivatives, decompositions, kernels and files on this machine",
                      {"eckart selfcheck", "eckart selfcheck --seed 7 --json"});
    const auto arguments = std::make_shared<SelfcheckArguments>();
    verb.add_text("--folder", arguments->folder, "DIR",
                  "Where the file check writes (default: the folder for temporary files)");
    verb.add_common_options(arguments->common);
    verb.on_run(session, [arguments, &session] { return run(*arguments, session); });
}

}  // namespace eckart::cli
