#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "verb.hpp"

namespace eckart::cli {

/// The command line of the program: verbs are declared below root(), then it is parsed once.
class CommandLine {
  public:
    /// `description` is one line, `version` is asked when --version is given, `examples` are complete command
    /// lines, `footer` ends --help.
    CommandLine(const std::string& description, std::function<std::string()> version,
                const std::vector<std::string>& examples, const std::string& footer);
    ~CommandLine();
    CommandLine(const CommandLine&) = delete;
    CommandLine& operator=(const CommandLine&) = delete;

    [[nodiscard]] Verb root();
    /// All that was declared so far.
    [[nodiscard]] CommandDescription describe() const;
    /// Writes the values of the options and the session's action. Returns the text that --help or --version
    /// asks for, and then there is nothing to run. Throws InvalidArgument, with the nearest verb or option
    /// where a word is unknown.
    std::optional<std::string> parse(int argc, char** argv);

  private:
    std::unique_ptr<CLI::App> app_;
    CommandNotes notes_;
};

/// The words of the command line as a shell takes them back, beginning with "eckart".
std::vector<std::string> quoted_command_line(int argc, char** argv);

}  // namespace eckart::cli
