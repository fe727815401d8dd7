#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "command_description.hpp"
#include "session.hpp"

namespace CLI {  // NOLINT(readability-identifier-naming): the parser's own name
class App;
class Option;
}  // namespace CLI

namespace eckart::cli {

enum class Presence { kOptional, kRequired };

/// CLI11 gets each word for another program as the value of this hidden option, with a mark before it: as an
/// argument, "[a,b]" would become two words.
inline constexpr const char* kProgramWords = "--program-words";
inline constexpr char kProgramMark = '\x01';

/// A network in PyTorch's names.
inline const ValueType kNetworkFile{"FILE", {".safetensors", ".onnx"}};
/// Any model: safetensors, an index of several, ONNX.
inline const ValueType kModelFile{"FILE"};

/// What is declared of commands and options and has no place in the parser.
struct CommandNotes {
    std::map<const CLI::App*, std::vector<std::string>> details;
    std::map<const CLI::App*, std::vector<std::string>> examples;
    std::map<const CLI::App*, std::vector<VariableDescription>> environment;
    std::map<const CLI::Option*, ValueType> values;
};

/// One command while it is declared: name, options and what it runs, said once for parsing, --help, the man
/// page and completion.
/// A name is an option, "-o,--output", or a positional argument, "MODEL". Values are written when the command
/// line is parsed and must live until then. The parser itself, CLI11, stays behind this class: it is slow to
/// compile, and its own conversions accept "-1" for unsigned, "nan", "010" as 8 and depend on the locale.
class Verb {
  public:
    Verb(CLI::App& app, CommandNotes& notes) : app_(&app), notes_(&notes) {}

    /// A command below this one. `description` is one line, `examples` are complete command lines for --help.
    Verb add_verb(const std::string& name, const std::string& description,
                  const std::vector<std::string>& examples);
    /// Without one of the verbs below it, this one cannot run.
    void require_verb();

    /// Paragraphs for the man page: what --help has no room for.
    void add_details(std::vector<std::string> paragraphs);
    /// A variable of the environment, for the man page.
    void add_variable(const std::string& name, const std::string& help);

    /// An empty text is refused.
    void add_text(const std::string& name, std::string& value, const ValueType& type, const std::string& help,
                  Presence presence = Presence::kOptional);
    /// An option that may be repeated.
    void add_texts(const std::string& name, std::vector<std::string>& values, const ValueType& type,
                   const std::string& help);
    /// One of `words`; any other is refused.
    void add_choice(const std::string& name, std::string& value, const std::vector<std::string>& words,
                    const std::string& help, Presence presence = Presence::kOptional);
    void add_flag(const std::string& name, bool& value, const std::string& help);
    /// Numbers are read by parse_number.hpp.
    void add_integer(const std::string& name, std::int64_t& value, std::int64_t low, std::int64_t high,
                     const std::string& help, Presence presence = Presence::kOptional);
    void add_real(const std::string& name, double& value, double low, double high, const std::string& help);
    /// Bytes as "500M" or "2G", by powers of 1000.
    void add_bytes(const std::string& name, std::uint64_t& value, const std::string& help);
    void add_integer_list(const std::string& name, std::vector<std::int64_t>& values, std::int64_t low,
                          std::int64_t high, const std::string& help);
    /// The words after "--", which are for another program and come as they are; none without "--".
    void add_program_words(std::vector<std::string>& words);
    /// --seed, --threads, --json, --quiet
    void add_common_options(CommonOptions& options);
    void add_force_option(CommonOptions& options);

    /// `action` returns the exit code; it becomes session.action when this verb is on the command line.
    void on_run(Session& session, std::function<int()> action);

  private:
    /// Says what kind of value an option takes.
    CLI::Option* typed(CLI::Option* option, const ValueType& type);
    /// An option whose text `parse` reads.
    CLI::Option* add_parsed(const std::string& name, const ValueType& type, const std::string& help,
                            const std::function<void(const std::string&)>& parse);

    CLI::App* app_;
    CommandNotes* notes_;
};

}  // namespace eckart::cli
