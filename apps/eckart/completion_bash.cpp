#include <fmt/format.h>

#include "completion.hpp"
#include "shell_quote.hpp"

namespace eckart::cli {
namespace {

/// What is the same for every command line. Reads what _eckart_describe says about a command: an option is
/// "NAMES:KIND:VALUES" with a "*" before it when it may be repeated, an argument "KIND:VALUES".
constexpr const char* kDriver = R"sh(
# Sets kind and values to those of the option $1. Fails for one that the command does not have.
_eckart_option() {
    local option names
    for option in "${options[@]}"; do
        IFS=: read -r names kind values <<<"${option#\*}"
        [[ ,$names, == *",$1,"* ]] && return
    done
    return 1
}

# Offers values of the kind $1: files that end in $2, folders, or the words $2.
_eckart_offer_values() {
    case $1 in
        files)
            local suffix
            for suffix in $2; do
                mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -X "!*$suffix" -- "$cur")
            done
            [[ $2 ]] && mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -d -- "$cur")
            ((${#COMPREPLY[@]})) || mapfile -t COMPREPLY < <(compgen -f -- "$cur")
            compopt -o filenames -o default 2>/dev/null
            ;;
        folders)
            mapfile -t COMPREPLY < <(compgen -d -- "$cur")
            compopt -o filenames -o dirnames 2>/dev/null
            ;;
        words)
            mapfile -t COMPREPLY < <(compgen -W "$2" -- "$cur")
            ;;
    esac
}

# Offers the options that are not among the words $used, or may be repeated.
_eckart_offer_options() {
    local option names name taken
    for option in "${options[@]}"; do
        names=${option%%:*}
        names=${names#\*}
        taken=
        for name in ${names//,/ }; do
            [[ $used == *" $name "* ]] && taken=1
        done
        [[ $taken && $option != \** ]] && continue
        for name in ${names//,/ }; do
            [[ $name == "$cur"* ]] && COMPREPLY+=("$name")
        done
    done
}

# Completes the command line that begins at the word $1.
_eckart_offer_program() {
    if declare -F _command_offset >/dev/null; then
        _command_offset "$1"
    elif ((COMP_CWORD == $1)); then
        mapfile -t COMPREPLY < <(compgen -c -- "$cur")
        compopt -o default 2>/dev/null
    else
        _eckart_offer_values files ''
    fi
}

_eckart() {
    local cur=${COMP_WORDS[COMP_CWORD]} command=eckart leading=1 dashes='' value='' given=0 used=' '
    local commands options arguments program kind values word i IFS=$' \t\n'
    COMPREPLY=()
    _eckart_describe "$command"
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if [[ $leading && " ${commands[*]} " == *" $word "* ]]; then
            command+=" $word"
            _eckart_describe "$command"
            continue
        fi
        leading=
        if [[ $value ]]; then
            [[ $word == = ]] || value=
        elif [[ $word == [:=]* ]]; then
            ((i++)) # bash makes three words of a=b and a:b
        elif [[ $word == -- && $program ]]; then
            _eckart_offer_program $((i + 1))
            return
        elif [[ $word == -- ]]; then
            dashes=1
        elif [[ $word == -* && ! $dashes ]]; then
            used+="${word%%=*} "
            if _eckart_option "$word" && [[ $kind != flag ]]; then value=$word; fi
        else
            ((given++))
        fi
    done
    ((i > COMP_CWORD)) && return
    if [[ $value ]]; then
        [[ $cur == = ]] && cur=
        _eckart_option "$value" && _eckart_offer_values "$kind" "$values"
    elif [[ $cur == -* && ! $dashes ]]; then
        _eckart_offer_options
    elif [[ $leading && ${#commands[@]} -gt 0 ]]; then
        _eckart_offer_values words "${commands[*]}"
    elif ((given < ${#arguments[@]})); then
        IFS=: read -r kind values <<<"${arguments[given]}"
        _eckart_offer_values "$kind" "$values"
    elif [[ ! $cur && ! $dashes ]]; then
        _eckart_offer_options
    fi
}

complete -F _eckart eckart
)sh";

std::string kind_and_values(const ValueType& value) {
    switch (value.offer()) {
        case Offer::kFiles:
            return fmt::format("files:{}", fmt::join(value.suffixes, " "));
        case Offer::kFolders:
            return "folders:";
        case Offer::kWords:
            return fmt::format("words:{}", fmt::join(value.words, " "));
        case Offer::kNothing:
            break;
    }
    return "nothing:";
}

std::string option_entry(const OptionDescription& option) {
    const std::string text =
        fmt::format("{}{}:{}", option.repeatable ? "*" : "", fmt::join(option.names, ","),
                    option.takes_value() ? kind_and_values(option.value) : "flag:");
    return fmt::format("                {}\n", in_single_quotes(text));
}

std::string case_of(const CommandDescription& command) {
    std::string text = fmt::format("        {})\n", in_single_quotes(command.name));
    if (!command.commands.empty()) {
        text += "            commands=(";
        for (const CommandDescription& below : command.commands) {
            text += (text.ends_with('(') ? "" : " ") + below.last_name();
        }
        text += ")\n";
    }
    if (!command.arguments.empty()) {
        text += "            arguments=(";
        for (const OptionDescription& argument : command.arguments) {
            text += (text.ends_with('(') ? "" : " ") + in_single_quotes(kind_and_values(argument.value));
        }
        text += ")\n";
    }
    if (command.runs_program) text += "            program=1\n";
    text += "            options=(\n";
    for (const OptionDescription& option : command.options) text += option_entry(option);
    return text + "            )\n            ;;\n";
}

}  // namespace

std::string bash_completion(const CommandDescription& program) {
    std::string text =
        "# shellcheck shell=bash\n"
        "# Completion of eckart's command line in bash, made by 'eckart generate completion bash'.\n"
        "\n"
        "# Sets what the command $1 takes.\n"
        "_eckart_describe() {\n"
        "    commands=() arguments=() options=() program=\n"
        "    case $1 in\n";
    for (const CommandDescription* command : with_commands_below(program)) text += case_of(*command);
    return text + "    esac\n}\n" + kDriver;
}

}  // namespace eckart::cli
