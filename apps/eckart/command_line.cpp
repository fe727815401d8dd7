#include "command_line.hpp"

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <sstream>

#include "eckart/core/error.hpp"
#include "suggest.hpp"

namespace eckart::cli {

namespace {

std::string quoted(const std::string& argument) {
    const bool plain =
        !argument.empty() && argument.find_first_of(" \t\n\r'\"\\$`|&;<>()*?[]{}~#!") == std::string::npos;
    if (plain) return argument;
    std::string text = "'";
    for (const char c : argument) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return text + "'";
}

const CLI::App& deepest_parsed(const CLI::App& app) {
    const auto parsed = app.get_subcommands();
    return parsed.empty() ? app : deepest_parsed(*parsed.front());
}

std::vector<std::string> option_names(const CLI::App& app) {
    std::vector<std::string> names;
    for (const CLI::Option* option : app.get_options()) {
        if (option->get_group().empty()) continue;  // hidden
        for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    }
    return names;
}

std::vector<std::string> verb_names(const CLI::App& app) {
    std::vector<std::string> names;
    for (const CLI::App* verb : app.get_subcommands([](const CLI::App*) { return true; })) {
        names.push_back(verb->get_name());
    }
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
    if (!option && app.get_option_no_throw(kProgramWords) != nullptr) {
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
    if (app->get_option_no_throw(kProgramWords) != nullptr) {
        const auto separator = std::find(word, words.end(), "--");
        for (auto own = separator; own != words.end(); ++own) {
            if (own != separator) *own = fmt::format("{}={}{}", kProgramWords, kProgramMark, *own);
        }
        if (separator != words.end()) words.erase(separator);
    }
    std::ranges::reverse(words);
    return words;
}

}  // namespace

CommandLine::CommandLine(const std::string& description, const std::string& version,
                         const std::string& footer)
    : app_(std::make_unique<CLI::App>(description, "eckart")) {
    app_->set_version_flag("--version", version)->disable_flag_override();
    app_->get_help_ptr()->disable_flag_override();
    app_->footer("\n" + footer);
    app_->require_subcommand(0, 1);
}

CommandLine::~CommandLine() = default;

Verb CommandLine::root() {
    return Verb(*app_);
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
    for (int i = 1; i < argc; ++i) words.push_back(quoted(argv[i]));
    return words;
}

}  // namespace eckart::cli
