#include "man_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <sstream>

#include "exit_codes.hpp"

namespace eckart::cli {
namespace {

// Text ---------------------------------------------------------------------------------------------------

/// Text that is shown letter by letter: troff would turn these into other signs or take them for requests.
std::string literal(const std::string& text) {
    std::string escaped;
    for (const char c : text) {
        switch (c) {
            case '\\':
                escaped += "\\e";
                break;
            case '-':
                escaped += "\\-";
                break;
            case '\'':
                escaped += "\\(aq";
                break;
            case '`':
                escaped += "\\(ga";
                break;
            case '^':
                escaped += "\\(ha";
                break;
            case '~':
                escaped += "\\(ti";
                break;
            case '"':
                escaped += "\\(dq";
                break;
            default:
                escaped += c;
        }
    }
    return escaped.starts_with('.') ? "\\&" + escaped : escaped;
}

/// "low-rank" and "(low-rank)," in contrast to "--rank", "-1" and "cifar-10-batches".
bool hyphenated(const std::string& word) {
    const bool letters = std::ranges::all_of(
        word, [](unsigned char c) { return std::isalpha(c) != 0 || std::ispunct(c) != 0; });
    const std::size_t first = word.find_first_not_of("('");
    return letters && first != std::string::npos && word[first] != '-' &&
           word.find_first_of("._/|=") >= word.size() - 1;
}

/// Prose: the same, but for hyphens inside words.
std::string prose(const std::string& text) {
    std::istringstream words(text);
    std::string line;
    for (std::string word; words >> word;) {
        if (!line.empty()) line += ' ';
        std::string escaped = literal(word);
        if (hyphenated(word)) {
            for (std::size_t at = 0; (at = escaped.find("\\-", at)) != std::string::npos; ++at) {
                escaped.replace(at, 2, "-");
            }
        }
        line += escaped;
    }
    return line;
}

std::string sentence(const std::string& text) {
    return text.empty() || text.ends_with('.') ? text : text + ".";
}

char upper(char c) {
    return static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
}

std::string bold(const std::string& text) {
    return "\\fB" + literal(text) + "\\fR";
}

std::string italic(const std::string& text) {
    return "\\fI" + literal(text) + "\\fR";
}

std::string reference(const CommandDescription& command) {
    return "\\%" + bold(command.hyphenated_name()) + "(1)";  // \%: not hyphenated
}

std::string section(const std::string& title, const std::string& body) {
    return body.empty() ? "" : fmt::format(".SH {}\n{}", title, body);
}

/// A term and, indented below it, what is said about it.
std::string entry(const std::string& term, const std::string& text) {
    return fmt::format(".TP\n{}\n{}\n", term, text);
}

// Options ------------------------------------------------------------------------------------------------

/// FILE, or train|test with its words in bold.
std::string value_text(const ValueType& value) {
    if (value.words.empty()) return italic(value.name);
    std::vector<std::string> words;
    for (const std::string& word : value.words) words.push_back(bold(word));
    return fmt::format("{}", fmt::join(words, "|"));
}

std::string option_term(const OptionDescription& option) {
    std::vector<std::string> names;
    for (const std::string& name : option.names) names.push_back(bold(name));
    const std::string text = fmt::format("{}", fmt::join(names, ", "));
    return option.takes_value() ? text + " " + value_text(option.value) : text;
}

std::string option_text(const OptionDescription& option) {
    std::string text = prose(sentence(option.help));
    if (option.required) text += " Required.";
    if (option.repeatable) text += " May be given more than once.";
    return text;
}

std::string options_body(const CommandDescription& command) {
    std::string body;
    for (const OptionDescription& argument : command.arguments) {
        std::string text = prose(sentence(argument.help));
        if (!argument.value.words.empty()) text += " One of: " + value_text(argument.value) + ".";
        body += entry(italic(argument.names.front()), text);
    }
    for (const OptionDescription& option : command.options)
        body += entry(option_term(option), option_text(option));
    return body;
}

// Sections -----------------------------------------------------------------------------------------------

/// The words of a call, those that may be left out in brackets.
std::string synopsis_body(const CommandDescription& command) {
    std::vector<std::string> words{bold(command.name)};
    for (const OptionDescription& argument : command.arguments) {
        const std::string name = italic(argument.names.front());
        words.push_back(argument.required ? name : "[" + name + "]");
    }
    for (const OptionDescription& option : command.options) {
        if (option.required) words.push_back(bold(option.names.front()) + " " + value_text(option.value));
    }
    words.push_back("[" + italic("OPTION") + " ...]");
    if (!command.commands.empty())
        words.insert(words.end(), {italic("COMMAND"), "[" + italic("ARGUMENT") + " ...]"});
    if (command.runs_program) {
        words.insert(words.end(), {bold("--"), italic("PROGRAM"), "[" + italic("ARGUMENT") + " ...]"});
    }
    return fmt::format("{}\n", fmt::join(words, " "));
}

std::string description_body(const CommandDescription& command) {
    std::string body = prose(sentence(command.summary)) + "\n";
    for (const std::string& paragraph : command.details) body += ".PP\n" + prose(paragraph) + "\n";
    return body;
}

std::string commands_body(const CommandDescription& command) {
    std::string body;
    for (const CommandDescription& below : command.commands) {
        body += entry(reference(below), prose(sentence(below.summary)));
    }
    return body;
}

std::string examples_body(const CommandDescription& command) {
    std::string body;
    for (const std::string& example : command.examples) body += literal(example) + "\n";
    return body.empty() ? "" : ".EX\n" + body + ".EE\n";
}

std::string exit_status_body() {
    std::string body;
    for (const ExitMeaning& exit : kExitMeanings) {
        std::string meaning = sentence(exit.meaning);
        meaning.front() = upper(meaning.front());
        body += entry(bold(exit.codes), prose(meaning));
    }
    return body;
}

std::string environment_body(const CommandDescription& command) {
    std::string body;
    for (const VariableDescription& variable : command.environment) {
        body += entry(bold(variable.name), prose(sentence(variable.help)));
    }
    return body;
}

/// What is above a command and beside it, or below it.
std::string see_also_body(const std::vector<const CommandDescription*>& above,
                          const CommandDescription& command) {
    std::vector<std::string> pages;
    pages.reserve(above.size());
    for (const CommandDescription* parent : above) pages.push_back(reference(*parent));
    const auto& near = command.commands.empty() && !above.empty() ? above.back()->commands : command.commands;
    for (const CommandDescription& other : near) {
        if (&other != &command) pages.push_back(reference(other));
    }
    return fmt::format("{}\n", fmt::join(pages, ",\n"));
}

std::string page(const std::vector<const CommandDescription*>& above, const CommandDescription& command,
                 const std::string& version) {
    std::string title = command.hyphenated_name();
    std::ranges::transform(title, title.begin(), upper);
    return fmt::format(".TH {} 1 \"\" \"eckart {}\" \"User Commands\"\n.ad l\n", literal(title),
                       literal(version)) +
           section("NAME",
                   fmt::format("{} \\- {}\n", literal(command.hyphenated_name()), prose(command.summary))) +
           section("SYNOPSIS", synopsis_body(command)) +        //
           section("DESCRIPTION", description_body(command)) +  //
           section("COMMANDS", commands_body(command)) +        //
           section("OPTIONS", options_body(command)) +          //
           section("EXAMPLES", examples_body(command)) +        //
           section("EXIT STATUS", exit_status_body()) +         //
           section("ENVIRONMENT", environment_body(command)) +  //
           section("SEE ALSO", see_also_body(above, command));
}

void add_pages(std::vector<ManPage>& pages, std::vector<const CommandDescription*> above,
               const CommandDescription& command, const std::string& version) {
    pages.push_back({command.hyphenated_name() + ".1", page(above, command, version)});
    above.push_back(&command);
    for (const CommandDescription& below : command.commands) add_pages(pages, above, below, version);
}

}  // namespace

std::vector<ManPage> man_pages(const CommandDescription& program, const std::string& version) {
    std::vector<ManPage> pages;
    add_pages(pages, {}, program, version);
    return pages;
}

}  // namespace eckart::cli
