#include <fmt/format.h>

#include <exception>
#include <filesystem>
#include <new>
#include <string>
#include <vector>

#include "command_line.hpp"
#include "commands.hpp"
#include "eckart/core/error.hpp"
#include "exit_codes.hpp"
#include "standard_streams.hpp"
#include "terminal.hpp"

namespace {

using namespace eckart;
using namespace eckart::cli;

std::string with_remark(const std::string& command, const std::string& remark) {
    return fmt::format("{:<55}{}", command, remark);
}

const std::vector<std::string> kFirstSession{
    with_remark("eckart demo", "the whole study on built-in data, ends with a report"),
    with_remark("eckart data synth cifar-like", "a data set to play with (or: eckart data fetch cifar10)"),
    with_remark("eckart train --data cifar-like -o net.safetensors", "train the reference network"),
    "eckart compress net.safetensors --rank 50 -o small.safetensors",
    "eckart finetune small.safetensors --data cifar-like -o tuned.safetensors"};

std::string first_session() {
    return fmt::format(
        "eckart makes trained networks with fully-connected layers smaller and faster.\n"
        "\n"
        "A first session:\n"
        "  {}\n"
        "\n"
        "'eckart --help' lists every command, 'eckart COMMAND --help' its options with examples.\n",
        fmt::join(kFirstSession, "\n  "));
}

/// What the man page of the program says beyond --help.
void describe_program(Verb root) {
    root.add_details(
        {"eckart makes trained networks with fully-connected layers smaller and faster: it replaces "
         "each weight matrix by two thin factors from its singular value decomposition, measures what "
         "that costs in accuracy and time, and trains the factors until the accuracy is back. Networks "
         "are safetensors files under the names that PyTorch gives.",
         "stdout carries results only; progress, notes and errors go to stderr. An error is one line "
         "that begins with 'eckart:' and says what to do. With --json a command prints one JSON object "
         "on stdout in the place of all text.",
         "Files are complete or as they were: results are written under another name and renamed when "
         "they are on the disk. Nothing but reports is replaced without --force.",
         "Ctrl-C and SIGTERM let the step under way finish and save what can be continued; the command "
         "to go on with is printed. A second signal ends the process at once."});
    root.add_variable("OMP_WAIT_POLICY",
                      "Set to passive on a machine that other programs keep busy: waiting threads then sleep "
                      "instead of spinning");
    root.add_variable("ONEDNN_MAX_CPU_ISA",
                      "The widest instructions that oneDNN may use; eckart --version tells which it uses");
    root.add_variable("OPENBLAS_CORETYPE",
                      "The CPU whose kernels OpenBLAS takes, in the place of its own choice");
    root.add_variable("TMPDIR", "The folder for temporary files, where eckart selfcheck writes one");
}

int fail(ExitCode code, const std::string& message) {
    write_to_stderr(one_line(message));
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
    add_command_slice(root, session);
    add_command_sweep(root, session);
    add_command_finetune(root, session);
    add_command_export(root, session);
    add_command_report(root, session);
    add_command_probe(root, session);
    add_command_selfcheck(root, session);
}

int run(int argc, char** argv) {
    Session session{quoted_command_line(argc, argv), {}};
    CommandLine command_line(
        "Low-rank compression of neural networks: train, compress, measure, fine-tune, report", version_text,
        kFirstSession, exit_code_help());
    describe_program(command_line.root());
    add_commands(command_line.root(), session);
    add_command_generate(command_line, session);
    if (argc <= 1) {
        write_to_stdout(first_session());
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
