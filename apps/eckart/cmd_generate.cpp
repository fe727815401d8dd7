#include <filesystem>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "commands.hpp"
#include "completion.hpp"
#include "eckart/core/created_folders.hpp"
#include "eckart/core/run_record.hpp"
#include "exit_codes.hpp"
#include "man_page.hpp"
#include "standard_streams.hpp"

namespace eckart::cli {
namespace fs = std::filesystem;
namespace {

constexpr const char* kBash = "bash";
constexpr const char* kZsh = "zsh";
constexpr const char* kFish = "fish";

struct GenerateArguments {
    CommonOptions common;
    std::string folder;
    std::string shell;
};

/// All pages or none, as far as a full disk is concerned.
int write_man_pages(const std::vector<ManPage>& pages, const GenerateArguments& arguments) {
    const Overwrite overwrite = arguments.common.overwrite();
    const fs::path folder = arguments.folder;
    const CreatedFolders created(folder);
    std::list<AtomicFile> files;
    for (const ManPage& page : pages) files.emplace_back(folder / page.file, overwrite).write(page.text);
    for (AtomicFile& file : files) file.commit();
    for (const ManPage& page : pages) write_to_stdout((folder / page.file).string() + "\n");
    return kDone;
}

int print_completion(const CommandDescription& program, const std::string& shell) {
    write_to_stdout(shell == kBash  ? bash_completion(program)
                    : shell == kZsh ? zsh_completion(program)
                                    : fish_completion(program));
    return kDone;
}

void add_generate_man(Verb generate, const CommandLine& line, Session& session) {
    Verb verb = generate.add_verb("man", "Write a man page for eckart and one for each of its commands",
                                  {"eckart generate man pages", "man -l pages/eckart-train.1"});
    const auto arguments = std::make_shared<GenerateArguments>();
    verb.add_text("DIR", arguments->folder, "DIR", "Folder to write, created when missing",
                  Presence::kRequired);
    verb.add_force_option(arguments->common);
    verb.on_run(session, [arguments, &line] {
        return write_man_pages(man_pages(line.describe(), version()), *arguments);
    });
}

void add_generate_completion(Verb generate, const CommandLine& line, Session& session) {
    Verb verb =
        generate.add_verb("completion", "Print the script that completes eckart's command line in a shell",
                          {"source <(eckart generate completion bash)      in ~/.bashrc",
                           "source <(eckart generate completion zsh)       in ~/.zshrc, after compinit",
                           "eckart generate completion fish | source       in ~/.config/fish/config.fish"});
    const auto arguments = std::make_shared<GenerateArguments>();
    verb.add_choice("SHELL", arguments->shell, {kBash, kZsh, kFish}, "The shell it is for",
                    Presence::kRequired);
    verb.on_run(session, [arguments, &line] { return print_completion(line.describe(), arguments->shell); });
}

}  // namespace

void add_command_generate(CommandLine& line, Session& session) {
    Verb generate =
        line.root().add_verb("generate", "Write man pages and completion for shells",
                             {"eckart generate man pages", "source <(eckart generate completion bash)"});
    generate.require_verb();
    add_generate_man(generate, line, session);
    add_generate_completion(generate, line, session);
}

}  // namespace eckart::cli
