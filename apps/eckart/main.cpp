#include <fmt/core.h>

#include <clocale>
#include <cstdio>
#include <exception>
#include <new>

#include "commands.hpp"
#include "eckart/core/error.hpp"
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

std::string joined(int argc, char** argv) {
    std::string text = "eckart";
    for (int i = 1; i < argc; ++i) text += std::string(" ") + argv[i];
    return text;
}

int fail(ExitCode code, const std::string& message) {
    std::string line = message;
    for (char& c : line) {
        if (c == '\n' || c == '\r')
            c = ' ';  // names from files may hold line breaks; an error stays one line
    }
    fmt::print(stderr, "eckart: {}\n", line);
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

int usage_error(const CLI::App& root, const CLI::ParseError& error) {
    const CLI::App& app = deepest_parsed(root);
    const std::string see = fmt::format("see '{} --help'", full_name(app));
    const std::vector<std::string> extra = app.remaining();
    if (dynamic_cast<const CLI::ExtrasError*>(&error) == nullptr || extra.empty()) {
        return fail(kUsage, fmt::format("{}; {}", error.what(), see));
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
    if (argc <= 1) {
        fmt::print("{}", kFirstSession);
        return kDone;
    }
    try {
        root.parse(argc, argv);
    } catch (const CLI::Success& success) {
        return root.exit(success);  // --help, --version
    } catch (const CLI::ParseError& error) {
        return usage_error(root, error);
    }
    install_signal_handlers();
    const int code = session.action ? session.action() : kDone;
    if (std::fflush(stdout) != 0) return fail(kCannotReadOrWrite, "cannot write to standard output");
    return code;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const Error& error) {
        return fail(exit_code(error.kind()), error.what());
    } catch (const std::bad_alloc&) {
        return fail(kInternal, "out of memory; use a smaller model or batch, or a machine with more memory");
    } catch (const std::exception& error) {
        return fail(kInternal, error.what());
    }
}
