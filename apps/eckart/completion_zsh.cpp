#include <fmt/format.h>

#include <algorithm>

#include "completion.hpp"
#include "shell_quote.hpp"

namespace eckart::cli {
namespace {

/// `text` with a backslash before each of `special`, which would end its part of a specification.
std::string escaped(const std::string& text, const std::string& special) {
    std::string result;
    for (const char c : text) {
        if (c == '\\' || special.find(c) != std::string::npos) result += '\\';
        result += c;
    }
    return result;
}

std::string function_name(const CommandDescription& command) {
    std::string name = "_" + command.name;
    std::ranges::replace(name, ' ', '_');
    return name;
}

/// ":message:action" of _arguments. The action " " shows the message and offers nothing.
std::string value_spec(const std::string& message, const ValueType& value) {
    std::string action = " ";
    switch (value.offer()) {
        case Offer::kFiles:
            action = value.suffixes.empty()
                         ? "_files"
                         : fmt::format("_files -g \"*({})\"", fmt::join(value.suffixes, "|"));
            break;
        case Offer::kFolders:
            action = "_files -/";
            break;
        case Offer::kWords:
            action = fmt::format("({})", fmt::join(value.words, " "));
            break;
        case Offer::kNothing:
            break;
    }
    return fmt::format(":{}:{}", escaped(message, ":"), action);
}

/// One specification for each name. Names of an option exclude each other unless it may be repeated.
std::string option_specs(const OptionDescription& option) {
    const std::string before = option.repeatable ? "*" : fmt::format("({})", fmt::join(option.names, " "));
    std::string lines;
    for (const std::string& name : option.names) {
        std::string spec = before + name;
        // The value may follow in the same word: -oFILE, --output=FILE.
        if (option.takes_value()) spec += name.starts_with("--") ? "=" : "+";
        spec += "[" + escaped(option.help, "[]") + "]";
        if (option.takes_value()) spec += value_spec(option.value.name, option.value);
        lines += fmt::format(" \\\n        {}", in_single_quotes(spec));
    }
    return lines;
}

std::string all_option_specs(const CommandDescription& command) {
    std::string lines;
    for (const OptionDescription& option : command.options) lines += option_specs(option);
    return lines;
}

std::string command_function(const CommandDescription& command) {
    std::string body;
    if (command.runs_program) {
        body +=
            "    local -i separator=${words[(ie)--]}\n"
            "    if ((separator < CURRENT)); then\n"
            "        shift $separator words\n"
            "        ((CURRENT -= separator))\n"
            "        _normal\n"
            "        return\n"
            "    fi\n";
    }
    body += "    _arguments -s -S :" + all_option_specs(command);
    for (const OptionDescription& argument : command.arguments) {
        const std::string spec = (argument.required ? ":" : "::") +
                                 value_spec(escaped(argument.help, ""), argument.value).substr(1);
        body += fmt::format(" \\\n        {}", in_single_quotes(spec));
    }
    return fmt::format("{}() {{\n{}\n}}\n\n", function_name(command), body);
}

/// A command that leads to others.
std::string group_function(const CommandDescription& command) {
    std::string list;
    std::string cases;
    for (const CommandDescription& below : command.commands) {
        list += fmt::format("        {}\n",
                            in_single_quotes(below.last_name() + ":" + escaped(below.summary, ":")));
        cases += fmt::format("                {}) {} ;;\n", below.last_name(), function_name(below));
    }
    return fmt::format(
        "{}() {{\n"
        "    local curcontext=$curcontext state line\n"
        "    typeset -A opt_args\n"
        "    local -a known=(\n"
        "{}"
        "    )\n"
        "    _arguments -C -S :{} \\\n"
        "        '1: :->command' '*:: :->rest' && return\n"
        "    case $state in\n"
        "        command) _describe -t commands command known ;;\n"
        "        rest)\n"
        "            curcontext=${{curcontext%:*:*}}:{}-$words[1]:\n"
        "            case $words[1] in\n"
        "{}"
        "            esac\n"
        "            ;;\n"
        "    esac\n"
        "}}\n\n",
        function_name(command), list, all_option_specs(command), command.hyphenated_name(), cases);
}

}  // namespace

std::string zsh_completion(const CommandDescription& program) {
    std::string text = fmt::format(
        "#compdef {0}\n"
        "# Completion of {0}'s command line in zsh, made by '{0} generate completion zsh'.\n\n",
        program.name);
    for (const CommandDescription* command : with_commands_below(program)) {
        text += command->commands.empty() ? command_function(*command) : group_function(*command);
    }
    return text + fmt::format(
                      "# Loaded from $fpath, this file is the function; sourced, it makes itself known.\n"
                      "if [[ $funcstack[1] == {0} ]]; then\n"
                      "    {0} \"$@\"\n"
                      "else\n"
                      "    compdef {0} {1}\n"
                      "fi\n",
                      function_name(program), program.name);
}

}  // namespace eckart::cli
