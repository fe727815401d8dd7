#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "eckart/probe/external_program.hpp"
#include "probe/program/child_process.hpp"

namespace eckart::probe {

/// The copies of an ExternalProgram and the one loop that serves them all, without threads.
class ProgramCopies {
  public:
    explicit ProgramCopies(ExternalProgramOptions options);
    ~ProgramCopies();
    ProgramCopies(const ProgramCopies&) = delete;
    ProgramCopies& operator=(const ProgramCopies&) = delete;

    [[nodiscard]] const ExternalProgramOptions& options() const { return options_; }
    [[nodiscard]] std::int64_t restarts() const { return restarts_; }
    VectorD answers(const MatrixD& points, const std::vector<std::int64_t>& calls, const OnAnswer& on_answer);
    void finish();

  private:
    using Clock = std::chrono::steady_clock;

    struct Copy {
        std::unique_ptr<ChildProcess> process;  ///< null: none runs
        std::string unsent;                     ///< of the question
        std::string received;                   ///< of stdout, not yet taken
        Tail said = {};                         ///< stderr
        Eigen::Index row = -1;                  ///< it is asked about; -1: idle
        int attempts = 0;                       ///< that failed on this row
        Clock::time_point deadline = {};
        std::int64_t last_call = 0;  ///< it has answered
        [[nodiscard]] bool busy() const { return row >= 0; }
    };

    /// One call of answers().
    struct Batch {
        const MatrixD& points;
        const std::vector<std::int64_t>& calls;
        const OnAnswer& on_answer;
        VectorD results;
        Eigen::Index next = 0;  ///< row that nobody was asked about yet
        Eigen::Index left = 0;  ///< rows without an answer
    };

    void run(Batch& batch);
    void start(Copy& copy);
    void restart(Copy& copy, const Batch& batch, Eigen::Index row, const std::string& why);
    void begin(Copy& copy, Batch& batch);
    void ask(Copy& copy, const Batch& batch);
    void wait_for_any();
    void transfer(Copy& copy);
    void serve(Copy& copy, Batch& batch);
    void take_line(Copy& copy, Batch& batch, std::size_t length);
    void fail(Copy& copy, Batch& batch, const std::string& why);
    void require_silence(const Copy& copy) const;
    [[noreturn]] void refuse_unasked(std::int64_t call, const std::string& text) const;
    /// "call 17 of './simulate' at (0.1, 0.2): "
    [[nodiscard]] std::string call_text(const Batch& batch, Eigen::Index row) const;
    [[nodiscard]] static std::string last_words(Copy& copy);
    void end_all();

    ExternalProgramOptions options_;
    std::filesystem::path program_;
    std::vector<Copy> copies_;
    std::int64_t restarts_ = 0;
};

}  // namespace eckart::probe
