#pragma once

#include <string>
#include <utility>
#include <vector>

namespace eckart::cli {

/// What a shell can offer where a value is asked for.
enum class Offer { kNothing, kFiles, kFolders, kWords };

/// The kind of a value: its name in --help and, where they are known, what its files end in or all its words.
struct ValueType {
    std::string name;                        ///< "FILE", "N"; empty: no value
    std::vector<std::string> suffixes = {};  ///< of the files that are offered first; none: all alike
    std::vector<std::string> words = {};

    ValueType() = default;
    // NOLINTNEXTLINE(google-explicit-constructor): most kinds are no more than a name
    ValueType(const char* kind) : name(kind) {}
    ValueType(std::string kind, std::vector<std::string> files_end_in)
        : name(std::move(kind)), suffixes(std::move(files_end_in)) {}
    /// One of `choices`, and named after them: "train|test".
    explicit ValueType(std::vector<std::string> choices);

    [[nodiscard]] Offer offer() const;
};

/// An option or a positional argument.
struct OptionDescription {
    std::vector<std::string> names;  ///< "-o", "--output"; of a positional argument, "MODEL"
    ValueType value;
    std::string help;
    bool required = false;
    bool repeatable = false;

    [[nodiscard]] bool takes_value() const { return !value.name.empty(); }
};

/// A variable of the environment that a command obeys.
struct VariableDescription {
    std::string name;
    std::string help;
};

/// A command as it was declared, for what is written about it: man pages and completions.
struct CommandDescription {
    std::string name;                  ///< all its words: "eckart data fetch"
    std::string summary;               ///< one line
    std::vector<std::string> details;  ///< paragraphs
    std::vector<OptionDescription> arguments;
    std::vector<OptionDescription> options;
    bool runs_program = false;  ///< what follows "--" is a program and its arguments
    std::vector<std::string> examples;
    std::vector<VariableDescription> environment;
    std::vector<CommandDescription> commands;

    /// "fetch"
    [[nodiscard]] std::string last_name() const;
    /// "eckart-data-fetch"
    [[nodiscard]] std::string hyphenated_name() const;
};

/// The command and all below it, each before those below it. They live as long as `command`.
std::vector<const CommandDescription*> with_commands_below(const CommandDescription& command);

}  // namespace eckart::cli
