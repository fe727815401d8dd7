#include <fmt/core.h>

#include <clocale>
#include <exception>
#include <filesystem>
#include <new>
#include <sstream>

#include "commands.hpp"
#include "eckart/core/error.hpp"
#include "standard_streams.hpp"
#include "suggest.hpp"
#include "terminal.hpp"

namespace {

using namespace eckart;
using namespace eckart::cli;

constexpr const char* kFirstSession =
    "eckart makes trained networks with fully-connected layers smaller and faster.\n"
    "\n"
    "A first session:\n"
    "  eckart demo                                            the whole study on built-in data, ends with a "
    "report\n"
    "  eckart data synth cifar-like                           a data set to play with (or: eckart data fetch "
    "cifar10)\n"
    "  eckart train --data cifar-like -o net.safetensors      train the reference network\n"
    "  eckart compress net.safetensors --rank 50 -o small.safetensors\n"
    "  eckart finetune small.safetensors --data cifar-like -o tuned.safetensors\n"
    "\n"
    "'eckart --help' lists every command, 'eckart COMMAND --help' its options with examples.\n";

/// An argument as a shell takes it back.
std::string quoted(const std::string& argument) {
    const bool plain =
        !argument.empty() && argument.find_first_of(" \t\n\r'\"\\$`|&;<>()*?[]{}~#!") == std::string::npos;
    if (plain) return argument;
    std::string text = "'";
    for (const char c : argument) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return text + "'";
}

std::string joined(int argc, char** argv) {
    std::string text = "eckart";
    for (int i = 1; i < argc; ++i) text += " " + quoted(argv[i]);
    return text;
}

int fail(ExitCode code, const std::string& message) {
    std::string line = message;
    for (char& c : line) {
        // Names may hold line breaks and codes that rule terminals; an error stays one harmless line.
        if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') c = ' ';
    }
    write_to_stderr("eckart: " + line + "\n");
    return code;
}

const CLI::App& deepest_parsed(const CLI::App& app) {
    const auto parsed = app.get_subcommands();
    return parsed.empty() ? app : deepest_parsed(*parsed.front());
}

std::vector<std::string> known_words(const CLI::App& app, bool options) {
    std::vector<std::string> words;
    if (options) {
        for (const CLI::Option* option : app.get_options()) {
            for (const std::string& name : option->get_lnames()) words.push_back("--" + name);
        }
    } else {
        for (const CLI::App* verb : app.get_subcommands([](const CLI::App*) { return true; })) {
            words.push_back(verb->get_name());
        }
    }
    return words;
}

std::string full_name(const CLI::App& app) {
    const CLI::App* parent = app.get_parent();
    return parent == nullptr ? app.get_name() : full_name(*parent) + " " + app.get_name();
}

/// CLI11's words, but where they are "A subcommand is required", "--seed: At Most 1 required but received 2"
/// or "json was given a disallowed flag override".
std::string explanation(const CLI::App& app, const CLI::ParseError& error) {
    const std::string text = error.what();
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

/// CLI11 lets "--force=false" and "--json=3" pass.
void refuse_values_of_flags(CLI::App& app) {
    for (CLI::Option* option : app.get_options()) {
        if (option->get_expected_max() == 0) option->disable_flag_override();
    }
    for (CLI::App* verb : app.get_subcommands([](const CLI::App*) { return true; })) {
        refuse_values_of_flags(*verb);
    }
}

/// The exit code, unless what was printed has not arrived.
int finish(int code) {
    if (results_delivered() || code != kDone) return code;
    return fail(kCannotReadOrWrite, "cannot write to standard output; what it leads to is full or closed");
}

int usage_error(const CLI::App& root, const CLI::ParseError& error) {
    const CLI::App& app = deepest_parsed(root);
    const std::string see = fmt::format("see '{} --help'", full_name(app));
    const std::vector<std::string> extra = app.remaining();
    // A word that is unknown comes before one that is missing: mostly it is the missing one, misspelled.
    const bool missing = dynamic_cast<const CLI::RequiredError*>(&error) != nullptr;
    if ((!missing && dynamic_cast<const CLI::ExtrasError*>(&error) == nullptr) || extra.empty()) {
        return fail(kUsage, fmt::format("{}; {}", explanation(app, error), see));
    }
    const std::string word = extra.front().substr(0, extra.front().find('='));
    const bool option = word.starts_with('-');
    const std::string guess = nearest(word, known_words(app, option));
    const bool verb_expected = !option && !known_words(app, false).empty();
    const char* kind = option ? "option" : verb_expected ? "command" : "argument";
    const std::string hint = guess.empty() ? see : fmt::format("did you mean '{}'?", guess);
    return fail(kUsage, fmt::format("unknown {} '{}' for '{}'; {}", kind, word, full_name(app), hint));
}

int run(int argc, char** argv) {
    Session session{joined(argc, argv), {}};
    CLI::App root("Low-rank compression of neural networks: train, compress, measure, fine-tune, report",
                  "eckart");
    root.set_version_flag("--version", version());
    root.footer(std::string("\n") + kExitCodeHelp);
    root.require_subcommand(0, 1);
    add_command_demo(root, session);
    add_command_data(root, session);
    add_command_train(root, session);
    add_command_eval(root, session);
    add_command_inspect(root, session);
    add_command_compress(root, session);
    add_command_sweep(root, session);
    add_command_finetune(root, session);
    add_command_report(root, session);
    refuse_values_of_flags(root);
    if (argc <= 1) {
        write_to_stdout(kFirstSession);
        return finish(kDone);
    }
    try {
        root.parse(argc, argv);
    } catch (const CLI::Success& success) {  // --help, --version
        std::ostringstream text;
        root.exit(success, text, text);
        write_to_stdout(text.str());
        return finish(kDone);
    } catch (const CLI::ParseError& error) {
        return usage_error(root, error);
    }
    install_signal_handlers();
    return finish(session.action ? session.action() : kDone);
}

}  // namespace

int main(int argc, char** argv) {
    open_missing_streams();
    try {
        return run(argc, argv);
    } catch (const Error& error) {
        return fail(exit_code(error.kind()), error.what());
    } catch (const std::filesystem::filesystem_error& error) {
        return fail(kCannotReadOrWrite, fmt::format("cannot read or write '{}': {}", error.path1().string(),
                                                    error.code().message()));
    } catch (const std::bad_alloc&) {
        return fail(kInternal, "out of memory; use a smaller model or batch, or a machine with more memory");
    } catch (const std::exception& error) {
        return fail(kInternal, error.what());
    }
}
