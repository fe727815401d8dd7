#include "command_line.hpp"

#include <limits>

#include "eckart/ops/backend.hpp"
#include "parse_number.hpp"

namespace eckart::cli {

CLI::App* add_verb(CLI::App& parent, const std::string& name, const std::string& description,
                   const std::vector<std::string>& examples) {
    CLI::App* verb = parent.add_subcommand(name, description);
    std::string footer = examples.empty() ? "" : "Examples:\n";
    for (const std::string& example : examples) footer += "  " + example + "\n";
    verb->footer("\n" + footer);
    return verb;
}

void add_common_options(CLI::App& verb, CommonOptions& options) {
    verb.add_option_function<std::string>(
            "--seed", [&](const std::string& text) { options.seed = parse_unsigned("--seed", text); },
            "Seed of every random choice (default 0)")
        ->type_name("N");
    verb.add_option_function<std::string>(
            "--threads",
            [&](const std::string& text) {
                options.threads = static_cast<int>(parse_integer("--threads", text, 1, 4096));
            },
            "Threads to use (default: every CPU this process may use)")
        ->type_name("N");
    verb.add_flag("--json", options.json, "Print one JSON object on stdout instead of text");
    verb.add_flag("--quiet", options.quiet, "No progress and no notes on stderr");
}

void add_force_option(CLI::App& verb, CommonOptions& options) {
    verb.add_flag("--force", options.force, "Replace output files that exist");
}

CLI::Option* add_integer(CLI::App& verb, const std::string& name, std::int64_t& value, std::int64_t low,
                         std::int64_t high, const std::string& help) {
    return verb
        .add_option_function<std::string>(
            name, [=, &value](const std::string& text) { value = parse_integer(name, text, low, high); },
            help)
        ->type_name("N");
}

CLI::Option* add_real(CLI::App& verb, const std::string& name, double& value, double low, double high,
                      const std::string& help) {
    return verb
        .add_option_function<std::string>(
            name, [=, &value](const std::string& text) { value = parse_real(name, text, low, high); }, help)
        ->type_name("X");
}

CLI::Option* add_integer_list(CLI::App& verb, const std::string& name, std::vector<std::int64_t>& values,
                              std::int64_t low, std::int64_t high, const std::string& help) {
    return verb
        .add_option_function<std::string>(
            name,
            [=, &values](const std::string& text) { values = parse_integer_list(name, text, low, high); },
            help)
        ->type_name("N,N,...");
}

RunRecord make_run_record(const Session& session, const CommonOptions& options, int threads) {
    RunRecord record = capture_run_record(session.command_line, options.seed, threads);
    record.libraries["oneDNN"] = ops::onednn_version();
    return record;
}

}  // namespace eckart::cli
