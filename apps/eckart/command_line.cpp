#include "command_line.hpp"

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <sstream>
#include <utility>

#include "eckart/core/error.hpp"
#include "shell_quote.hpp"
#include "suggest.hpp"

namespace eckart::cli {

namespace {

const CLI::App& deepest_parsed(const CLI::App& app) {
    const auto parsed = app.get_subcommands();
    return parsed.empty() ? app : deepest_parsed(*parsed.front());
}

bool hidden(const CLI::Option& option) {
    return option.get_group().empty();
}

bool runs_program(const CLI::App& app) {
    return app.get_option_no_throw(kProgramWords) != nullptr;
}

std::vector<std::string> option_names(const CLI::App& app) {
    std::vector<std::string> names;
    for (const CLI::Option* option : app.get_options()) {
        if (hidden(*option)) continue;
        for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    }
    return names;
}

std::vector<const CLI::App*> verbs_of(const CLI::App& app) {
    return app.get_subcommands([](const CLI::App*) { return true; });
}

std::vector<std::string> verb_names(const CLI::App& app) {
    std::vector<std::string> names;
    for (const CLI::App* verb : verbs_of(app)) names.push_back(verb->get_name());
    return names;
}

std::string full_name(const CLI::App& app) {
    const CLI::App* parent = app.get_parent();
    return parent == nullptr ? app.get_name() : full_name(*parent) + " " + app.get_name();
}

/// CLI11's words, but where they are "A subcommand is required", "--seed: At Most 1 required but received 2"
/// or "json was given a disallowed flag override".
std::string explanation(const CLI::App& app, const CLI::ParseError& error) {
    std::string text = error.what();
    const bool missing = dynamic_cast<const CLI::RequiredError*>(&error) != nullptr;
    if (missing && app.get_require_subcommand_min() > app.get_subcommands().size())
        return "a command is missing";
    if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) == nullptr) return text;
    const std::size_t name_end = text.find(": ");
    if (name_end != std::string::npos) {
        return text.substr(0, name_end) + " takes one value and may be given once";
    }
    return "--" + text.substr(0, text.find(' ')) + " takes no value";
}

std::string unknown_word(const CLI::App& app, const std::string& argument) {
    const std::string word = argument.substr(0, argument.find('='));
    const std::vector<std::string> verbs = verb_names(app);
    const bool option = word.starts_with('-');
    if (!option && runs_program(app)) {
        return fmt::format("unknown argument '{}' for '{}'; write '--' before the program to run", word,
                           full_name(app));
    }
    const std::string guess = nearest(word, option ? option_names(app) : verbs);
    const char* kind = option ? "option" : !verbs.empty() ? "command" : "argument";
    return fmt::format("unknown {} '{}' for '{}'; {}", kind, word, full_name(app),
                       guess.empty() ? fmt::format("see '{} --help'", full_name(app))
                                     : fmt::format("did you mean '{}'?", guess));
}

std::string usage_message(const CLI::App& root, const CLI::ParseError& error) {
    const CLI::App& app = deepest_parsed(root);
    const std::vector<std::string> extra = app.remaining();
    // A word that is unknown comes before one that is missing: mostly it is the missing one, misspelled.
    const bool missing = dynamic_cast<const CLI::RequiredError*>(&error) != nullptr;
    const bool surplus = dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr;
    if ((missing || surplus) && !extra.empty()) return unknown_word(app, extra.front());
    return fmt::format("{}; see '{} --help'", explanation(app, error), full_name(app));
}

const CLI::App* verb_of(const CLI::App& app, const std::string& name) {
    const auto named = app.get_subcommands([&](const CLI::App* verb) { return verb->get_name() == name; });
    return named.empty() ? nullptr : named.front();
}

/// The words as CLI11 wants them, last first. What follows "--" after a verb that runs another program
/// becomes values of its hidden option.
std::vector<std::string> words_for(const CLI::App& root, int argc, char** argv) {
    std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
    const CLI::App* app = &root;
    auto word = words.begin();
    for (; word != words.end(); ++word) {
        const CLI::App* verb = verb_of(*app, *word);
        if (verb == nullptr) break;
        app = verb;
    }
    if (runs_program(*app)) {
        const auto separator = std::find(word, words.end(), "--");
        for (auto own = separator; own != words.end(); ++own) {
            if (own != separator) *own = fmt::format("{}={}{}", kProgramWords, kProgramMark, *own);
        }
        if (separator != words.end()) words.erase(separator);
    }
    std::ranges::reverse(words);
    return words;
}

/// What was noted on a command or option, or nothing.
template <class Key, class Note>
Note noted(const std::map<const Key*, Note>& notes, const Key& key) {
    const auto note = notes.find(&key);
    return note == notes.end() ? Note{} : note->second;
}

OptionDescription description_of(const CLI::Option& option, const CommandNotes& notes) {
    OptionDescription description;
    for (const std::string& name : option.get_snames()) description.names.push_back("-" + name);
    for (const std::string& name : option.get_lnames()) description.names.push_back("--" + name);
    if (option.get_positional()) description.names.push_back(option.get_name());
    description.value = noted(notes.values, option);
    description.help = option.get_description();
    description.required = option.get_required();
    description.repeatable = option.get_items_expected_max() > 1;
    return description;
}

CommandDescription description_of(const CLI::App& app, const CommandNotes& notes) {
    CommandDescription description;
    description.name = full_name(app);
    description.summary = app.get_description();
    description.details = noted(notes.details, app);
    description.examples = noted(notes.examples, app);
    description.environment = noted(notes.environment, app);
    description.runs_program = runs_program(app);
    for (const CLI::Option* option : app.get_options()) {
        if (hidden(*option)) continue;
        auto& list = option->get_positional() ? description.arguments : description.options;
        list.push_back(description_of(*option, notes));
    }
    for (const CLI::App* verb : verbs_of(app)) description.commands.push_back(description_of(*verb, notes));
    return description;
}

}  // namespace

CommandLine::CommandLine(const std::string& description, std::function<std::string()> version,
                         const std::vector<std::string>& examples, const std::string& footer)
    : app_(std::make_unique<CLI::App>(description, "eckart")) {
    app_->set_version_flag("--version", std::move(version),
                           "Print the version, and what computes on this machine")
        ->disable_flag_override();
    app_->get_help_ptr()->disable_flag_override();
    app_->footer("\n" + footer);
    app_->require_subcommand(0, 1);
    notes_.examples[app_.get()] = examples;
}

CommandLine::~CommandLine() = default;

Verb CommandLine::root() {
    return Verb(*app_, notes_);
}

CommandDescription CommandLine::describe() const {
    return description_of(*app_, notes_);
}

std::optional<std::string> CommandLine::parse(int argc, char** argv) {
    try {
        app_->parse(words_for(*app_, argc, argv));
    } catch (const CLI::Success& success) {
        std::ostringstream text;
        app_->exit(success, text, text);
        return text.str();
    } catch (const CLI::ParseError& error) {
        throw InvalidArgument(usage_message(*app_, error));
    }
    return std::nullopt;
}

std::vector<std::string> quoted_command_line(int argc, char** argv) {
    std::vector<std::string> words{"eckart"};
    for (int i = 1; i < argc; ++i) words.push_back(shell_quoted(argv[i]));
    return words;
}

}  // namespace eckart::cli
