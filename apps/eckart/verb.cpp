#include "verb.hpp"

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <utility>

#include "eckart/core/error.hpp"
#include "parse_number.hpp"

namespace eckart::cli {

namespace {

/// An option whose text `parse` reads.
CLI::Option* add_parsed(CLI::App& app, const std::string& name, const std::string& type,
                        const std::string& help, const std::function<void(const std::string&)>& parse) {
    return app.add_option_function<std::string>(name, parse, help)->type_name(type);
}

/// A name that is empty names nothing: it comes from a variable that was not set, as in --run "$STUDY".
std::string refuse_empty(const std::string& text) {
    return text.empty() ? "its value is empty" : "";
}

}  // namespace

Verb Verb::add_verb(const std::string& name, const std::string& description,
                    const std::vector<std::string>& examples) {
    CLI::App* verb = app_->add_subcommand(name, description);
    std::string footer = examples.empty() ? "" : "Examples:\n";
    for (const std::string& example : examples) footer += "  " + example + "\n";
    verb->footer("\n" + footer);
    return Verb(*verb);
}

void Verb::require_verb() {
    app_->require_subcommand(1);
}

void Verb::add_text(const std::string& name, std::string& value, const std::string& type,
                    const std::string& help, Presence presence) {
    CLI::Option* option = app_->add_option(name, value, help);
    option->type_name(type)->required(presence == Presence::kRequired)->check(refuse_empty);
}

void Verb::add_texts(const std::string& name, std::vector<std::string>& values, const std::string& type,
                     const std::string& help) {
    app_->add_option(name, values, help)->type_name(type)->allow_extra_args(false)->check(refuse_empty);
}

void Verb::add_flag(const std::string& name, bool& value, const std::string& help) {
    // Otherwise "--force=false" and "--json=3" would pass.
    app_->add_flag(name, value, help)->disable_flag_override();
}

void Verb::add_integer(const std::string& name, std::int64_t& value, std::int64_t low, std::int64_t high,
                       const std::string& help, Presence presence) {
    add_parsed(*app_, name, "N", help, [=, &value](const std::string& text) {
        value = parse_integer(name, text, low, high);
    })->required(presence == Presence::kRequired);
}

void Verb::add_real(const std::string& name, double& value, double low, double high,
                    const std::string& help) {
    add_parsed(*app_, name, "X", help,
               [=, &value](const std::string& text) { value = parse_real(name, text, low, high); });
}

void Verb::add_integer_list(const std::string& name, std::vector<std::int64_t>& values, std::int64_t low,
                            std::int64_t high, const std::string& help) {
    add_parsed(*app_, name, "N,N,...", help,
               [=, &values](const std::string& text) { values = parse_integer_list(name, text, low, high); });
}

void Verb::add_program_words(std::vector<std::string>& words) {
    const auto take = [&words](const std::vector<std::string>& marked) {
        words.clear();
        for (const std::string& word : marked) {
            if (!word.starts_with(kProgramMark)) {
                throw InvalidArgument(
                    fmt::format("unknown option '{}'; write '--' and then the program", kProgramWords));
            }
            words.push_back(word.substr(1));
        }
    };
    app_->add_option_function<std::vector<std::string>>(kProgramWords, take)
        ->allow_extra_args(false)
        ->group("");
}

void Verb::add_common_options(CommonOptions& options) {
    add_parsed(*app_, "--seed", "N", "Seed of every random choice (default 0)",
               [&](const std::string& text) { options.seed = parse_unsigned("--seed", text); });
    add_parsed(*app_, "--threads", "N", "Threads to use (default: every CPU this process may use)",
               [&](const std::string& text) {
                   options.threads = static_cast<int>(parse_integer("--threads", text, 1, 4096));
               });
    add_flag("--json", options.json, "Print one JSON object on stdout instead of text");
    add_flag("--quiet", options.quiet, "No progress and no notes on stderr");
}

void Verb::add_force_option(CommonOptions& options) {
    add_flag("--force", options.force, "Replace output files that exist");
}

void Verb::on_run(Session& session, std::function<int()> action) {
    app_->callback([&session, action = std::move(action)] { session.action = action; });
}

}  // namespace eckart::cli
