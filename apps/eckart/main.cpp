#include <fmt/core.h>

#include <exception>
#include <filesystem>
#include <new>

#include "command_line.hpp"
#include "commands.hpp"
#include "eckart/core/error.hpp"
#include "exit_codes.hpp"
#include "standard_streams.hpp"
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

int fail(ExitCode code, const std::string& message) {
    std::string line = message;
    for (char& c : line) {
        // Names may hold line breaks and codes that rule terminals; an error stays one harmless line.
        if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') c = ' ';
    }
    write_to_stderr("eckart: " + line + "\n");
    return code;
}

/// The exit code, unless what was printed has not arrived.
int finish(int code) {
    if (results_delivered() || code != kDone) return code;
    return fail(kCannotReadOrWrite, "cannot write to standard output; what it leads to is full or closed");
}

void add_commands(Verb root, Session& session) {
    add_command_demo(root, session);
    add_command_data(root, session);
    add_command_train(root, session);
    add_command_eval(root, session);
    add_command_inspect(root, session);
    add_command_compress(root, session);
    add_command_sweep(root, session);
    add_command_finetune(root, session);
    add_command_report(root, session);
    add_command_probe(root, session);
    add_command_selfcheck(root, session);
}

int run(int argc, char** argv) {
    Session session{quoted_command_line(argc, argv), {}};
    CommandLine command_line(
        "Low-rank compression of neural networks: train, compress, measure, fine-tune, report", version_text(),
        kExitCodeHelp);
    add_commands(command_line.root(), session);
    if (argc <= 1) {
        write_to_stdout(kFirstSession);
        return finish(kDone);
    }
    if (const auto help = command_line.parse(argc, argv)) {
        write_to_stdout(*help);
        return finish(kDone);
    }
    install_signal_handlers();
    return finish(session.action ? session.action() : kDone);
}

}  // namespace

int main(int argc, char** argv) {
    restart_with_kernels_that_run(argv);
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
