#pragma once

#include <memory>
#include <string>

#include "eckart/core/threads.hpp"
#include "eckart/ops/backend.hpp"
#include "session.hpp"
#include "terminal.hpp"

namespace eckart::cli {

/// What every command that computes works with: threads set, kernels, progress, and where results go.
class Context {
  public:
    Context(const Session& session, const CommonOptions& options);

    [[nodiscard]] const CommonOptions& options() const { return options_; }
    [[nodiscard]] int threads() const { return threads_.count(); }
    [[nodiscard]] ops::Backend<float>& backend() { return *backend_; }
    [[nodiscard]] TerminalProgress& progress() { return progress_; }
    [[nodiscard]] std::string command_line() const;
    /// The command line with --resume: what goes on with an interrupted run. Without --force where that has
    /// nothing left to replace.
    [[nodiscard]] std::string resume_command(bool with_force) const;
    /// The record of this run on data of the given checksum (may be empty).
    [[nodiscard]] RunRecord record(const std::string& data_checksum) const;
    /// Says on stderr, even with --quiet, why there is no result, and returns the exit code for that.
    int unreachable(const std::string& why);
    /// A line of results on stdout, unless --json asks for one object instead.
    void print(const std::string& line);
    /// The one object of --json; ignored without it, and within a Nested scope.
    void print_json(const Json& json);

    /// While it lives, commands run as parts of another one, which prints the object.
    class Nested {
      public:
        explicit Nested(Context& context) : context_(context) { context_.nested_ = true; }
        ~Nested() { context_.nested_ = false; }
        Nested(const Nested&) = delete;
        Nested& operator=(const Nested&) = delete;

      private:
        Context& context_;
    };

  private:
    const Session& session_;
    const CommonOptions& options_;
    ThreadScope threads_;
    std::unique_ptr<ops::Backend<float>> backend_;
    TerminalProgress progress_;
    bool nested_ = false;
};

}  // namespace eckart::cli
