#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "eckart/core/atomic_file.hpp"
#include "eckart/core/run_record.hpp"
#include "exit_codes.hpp"

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

/// What a verb needs from main: the whole command line (for run records) and where to leave what main shall
/// run once parsing succeeded.
struct Session {
    std::string command_line;
    std::function<int()> action;
};

/// Adds a verb. `description` is one line, `examples` are complete command lines shown by --help.
CLI::App* add_verb(CLI::App& parent, const std::string& name, const std::string& description,
                   const std::vector<std::string>& examples);

void add_common_options(CLI::App& verb, CommonOptions& options);
void add_force_option(CLI::App& verb, CommonOptions& options);

/// Options whose values go through parse_number.hpp instead of CLI11's own conversion, which accepts "-1" for
/// unsigned, "nan", "010" as 8 and depends on the locale.
CLI::Option* add_integer(CLI::App& verb, const std::string& name, std::int64_t& value, std::int64_t low,
                         std::int64_t high, const std::string& help);
CLI::Option* add_real(CLI::App& verb, const std::string& name, double& value, double low, double high,
                      const std::string& help);
CLI::Option* add_integer_list(CLI::App& verb, const std::string& name, std::vector<std::int64_t>& values,
                              std::int64_t low, std::int64_t high, const std::string& help);

/// The run record of a command: threads resolved, library versions of every module filled in.
RunRecord make_run_record(const Session& session, const CommonOptions& options, int threads);

}  // namespace eckart::cli
