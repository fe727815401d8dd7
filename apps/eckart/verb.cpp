#include "verb.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <utility>

#include "eckart/core/error.hpp"
#include "parse_number.hpp"

namespace eckart::cli {

namespace {

/// A name that is empty names nothing: it comes from a variable that was not set, as in --run "$STUDY".
std::string refuse_empty(const std::string& text) {
    return text.empty() ? "its value is empty" : "";
}

/// "cosine", "train or test", "bash, zsh or fish"
std::string alternatives(const std::vector<std::string>& words) {
    if (words.size() == 1) return words.front();
    return fmt::format("{} or {}", fmt::join(words.begin(), words.end() - 1, ", "), words.back());
}

}  // namespace

Verb Verb::add_verb(const std::string& name, const std::string& description,
                    const std::vector<std::string>& examples) {
    CLI::App* verb = app_->add_subcommand(name, description);
    std::string footer = examples.empty() ? "" : "Examples:\n";
    for (const std::string& example : examples) footer += "  " + example + "\n";
    verb->footer("\n" + footer);
    notes_->examples[verb] = examples;
    return Verb(*verb, *notes_);
}

CLI::Option* Verb::typed(CLI::Option* option, const ValueType& type) {
    notes_->values[option] = type;
    return option->type_name(type.name);
}

CLI::Option* Verb::add_parsed(const std::string& name, const ValueType& type, const std::string& help,
                              const std::function<void(const std::string&)>& parse) {
    return typed(app_->add_option_function<std::string>(name, parse, help), type);
}

void Verb::require_verb() {
    app_->require_subcommand(1);
}

void Verb::add_details(std::vector<std::string> paragraphs) {
    notes_->details[app_] = std::move(paragraphs);
}

void Verb::add_variable(const std::string& name, const std::string& help) {
    notes_->environment[app_].push_back({name, help});
}

void Verb::add_text(const std::string& name, std::string& value, const ValueType& type,
                    const std::string& help, Presence presence) {
    typed(app_->add_option(name, value, help), type)
        ->required(presence == Presence::kRequired)
        ->check(refuse_empty);
}

void Verb::add_texts(const std::string& name, std::vector<std::string>& values, const ValueType& type,
                     const std::string& help) {
    typed(app_->add_option(name, values, help), type)->allow_extra_args(false)->check(refuse_empty);
}

void Verb::add_choice(const std::string& name, std::string& value, const std::vector<std::string>& words,
                      const std::string& help, Presence presence) {
    const auto take = [=, &value](const std::string& text) {
        if (std::ranges::find(words, text) == words.end()) {
            throw InvalidArgument(fmt::format("{} is '{}'; it must be {}", name, text, alternatives(words)));
        }
        value = text;
    };
    add_parsed(name, ValueType(words), help, take)->required(presence == Presence::kRequired);
}

void Verb::add_flag(const std::string& name, bool& value, const std::string& help) {
    // Otherwise "--force=false" and "--json=3" would pass.
    app_->add_flag(name, value, help)->disable_flag_override();
}

void Verb::add_integer(const std::string& name, std::int64_t& value, std::int64_t low, std::int64_t high,
                       const std::string& help, Presence presence) {
    add_parsed(name, "N", help, [=, &value](const std::string& text) {
        value = parse_integer(name, text, low, high);
    })->required(presence == Presence::kRequired);
}

void Verb::add_real(const std::string& name, double& value, double low, double high,
                    const std::string& help) {
    add_parsed(name, "X", help,
               [=, &value](const std::string& text) { value = parse_real(name, text, low, high); });
}

void Verb::add_bytes(const std::string& name, std::uint64_t& value, const std::string& help) {
    add_parsed(name, "BYTES", help,
               [=, &value](const std::string& text) { value = parse_bytes(name, text); });
}

void Verb::add_integer_list(const std::string& name, std::vector<std::int64_t>& values, std::int64_t low,
                            std::int64_t high, const std::string& help) {
    add_parsed(name, "N,N,...", help,
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
    add_parsed("--seed", "N", "Seed of every random choice (default 0)",
               [&](const std::string& text) { options.seed = parse_unsigned("--seed", text); });
    add_parsed("--threads", "N", "Threads to use (default: every CPU this process may use)",
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
