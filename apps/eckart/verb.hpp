#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "session.hpp"

namespace CLI {  // NOLINT(readability-identifier-naming): the parser's own name
class App;
}

namespace eckart::cli {

enum class Presence { kOptional, kRequired };

/// CLI11 gets each word for another program as the value of this hidden option, with a mark before it: as an
/// argument, "[a,b]" would become two words.
inline constexpr const char* kProgramWords = "--program-words";
inline constexpr char kProgramMark = '\x01';

/// One command while it is declared: name, options and what it runs, said once for parsing and for --help.
/// A name is an option, "-o,--output", or a positional argument, "MODEL". Values are written when the command
/// line is parsed and must live until then. The parser itself, CLI11, stays behind this class: it is slow to
/// compile, and its own conversions accept "-1" for unsigned, "nan", "010" as 8 and depend on the locale.
class Verb {
  public:
    explicit Verb(CLI::App& app) : app_(&app) {}

    /// A command below this one. `description` is one line, `examples` are complete command lines for --help.
    Verb add_verb(const std::string& name, const std::string& description,
                  const std::vector<std::string>& examples);
    /// Without one of the verbs below it, this one cannot run.
    void require_verb();

    /// `type` names the value in --help: "FILE", "DIR". An empty text is refused.
    void add_text(const std::string& name, std::string& value, const std::string& type,
                  const std::string& help, Presence presence = Presence::kOptional);
    /// An option that may be repeated.
    void add_texts(const std::string& name, std::vector<std::string>& values, const std::string& type,
                   const std::string& help);
    void add_flag(const std::string& name, bool& value, const std::string& help);
    /// Numbers are read by parse_number.hpp.
    void add_integer(const std::string& name, std::int64_t& value, std::int64_t low, std::int64_t high,
                     const std::string& help, Presence presence = Presence::kOptional);
    void add_real(const std::string& name, double& value, double low, double high, const std::string& help);
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
    CLI::App* app_;
};

}  // namespace eckart::cli
