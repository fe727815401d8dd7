#include <fmt/format.h>

#include "completion.hpp"

namespace eckart::cli {
namespace {

/// What is the same for every command line. $__eckart_commands holds every command with all its words,
/// $__eckart_valued the options that take a value, after their commands.
constexpr const char* kFunctions = R"fish(
# Whether the words before the cursor name the command $argv[1] and, where $argv[2] is given, as many arguments
# of it follow, and no "--".
function __eckart_at
    set -l words (commandline -opc)
    set -l command eckart
    set -e words[1]
    while set -q words[1]; and contains -- "$command $words[1]" $__eckart_commands
        set command "$command $words[1]"
        set -e words[1]
    end
    test "$command" = "$argv[1]"; or return
    set -q argv[2]; or return 0
    set -l given 0
    while set -q words[1]
        if contains -- "$command $words[1]" $__eckart_valued
            set -q words[2]; and set -e words[2]
        else if not string match -q -- '-*' $words[1]
            set given (math $given + 1)
        end
        set -e words[1]
    end
    test $given -eq $argv[2]
end

# Whether none of the options $argv is among the words before the cursor. After --value the last word does not
# count: it may be the option whose value is asked for.
function __eckart_lacks
    set -l words (commandline -opc)
    if test $argv[1] = --value
        set -e argv[1]
        contains -- $words[-1] $argv; and set -e words[-1]
    end
    set words (string replace -r '=.*' '' -- $words)
    for name in $argv
        contains -- $name $words; and return 1
    end
    return 0
end

# Whether the words before the cursor name the command $argv, and then "--" and a program.
function __eckart_at_program
    __eckart_at "$argv"; and contains -- -- (commandline -opc)
end

# Completes the program after "--" as if it stood alone.
function __eckart_complete_program
    set -l words (commandline -opc)
    set -l first (math (contains -i -- -- $words) + 1)
    complete -C (string join -- ' ' (string escape -- $words[$first..]) (commandline -ct))
end
)fish";

std::string quoted(const std::string& text) {
    std::string result = "'";
    for (const char c : text) {
        if (c == '\\' || c == '\'') result += '\\';
        result += c;
    }
    return result + "'";
}

/// The part of a line that says which values there are.
std::string value_words(const ValueType& value) {
    switch (value.offer()) {
        case Offer::kFiles:
            return value.suffixes.empty()
                       ? " -F"
                       : fmt::format(" -k -a '(__fish_complete_suffix {})'",
                                     fmt::join(value.suffixes, "; __fish_complete_suffix "));
        case Offer::kFolders:
            return " -a '(__fish_complete_directories)'";
        case Offer::kWords:
            return fmt::format(" -a {}", quoted(fmt::format("{}", fmt::join(value.words, " "))));
        case Offer::kNothing:
            break;
    }
    return "";
}

std::string line_at(const std::string& condition, const std::string& rest) {
    return fmt::format("complete -c eckart -n {}{}\n", quoted(condition), rest);
}

std::string option_line(const CommandDescription& command, const OptionDescription& option) {
    std::string rest;
    if (!option.repeatable) {
        rest = fmt::format(" -n '__eckart_lacks{} {}'", option.takes_value() ? " --value" : "",
                           fmt::join(option.names, " "));
    }
    for (const std::string& name : option.names) {
        rest += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
    }
    if (option.takes_value()) {
        // -r: a value must follow; -f: no files but those that are offered.
        rest += (option.value.offer() == Offer::kFiles && option.value.suffixes.empty() ? " -r" : " -r -f") +
                value_words(option.value);
    }
    return line_at("__eckart_at " + quoted(command.name), rest + " -d " + quoted(option.help));
}

std::string lines_of(const CommandDescription& command) {
    std::string text;
    const std::string at = "__eckart_at " + quoted(command.name);
    for (const CommandDescription& below : command.commands) {
        text += line_at(at + " 0", fmt::format(" -a {} -d {}", below.last_name(), quoted(below.summary)));
    }
    for (std::size_t i = 0; i < command.arguments.size(); ++i) {
        const std::string values = value_words(command.arguments[i].value);
        if (!values.empty()) text += line_at(fmt::format("{} {}", at, i), values);
    }
    for (const OptionDescription& option : command.options) text += option_line(command, option);
    if (command.runs_program) {
        text += line_at("__eckart_at_program " + quoted(command.name), " -a '(__eckart_complete_program)'");
    }
    return text;
}

}  // namespace

std::string fish_completion(const CommandDescription& program) {
    std::string commands;
    std::string valued;
    std::string lines;
    for (const CommandDescription* command : with_commands_below(program)) {
        commands += " " + quoted(command->name);
        for (const OptionDescription& option : command->options) {
            if (!option.takes_value()) continue;
            for (const std::string& name : option.names) valued += " " + quoted(command->name + " " + name);
        }
        lines += lines_of(*command);
    }
    return fmt::format(
        "# Completion of eckart's command line in fish, made by 'eckart generate completion fish'.\n"
        "set -g __eckart_commands{}\n"
        "set -g __eckart_valued{}\n"
        "{}\n"
        "complete -c eckart -f\n"
        "{}",
        commands, valued, kFunctions, lines);
}

}  // namespace eckart::cli
