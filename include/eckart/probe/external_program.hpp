#pragma once

#include <memory>
#include <string>
#include <vector>

#include "eckart/core/stop.hpp"
#include "eckart/probe/numbered_oracle.hpp"

#pragma GCC visibility push(default)

namespace eckart::probe {

struct ExternalProgramOptions {
    /// The program, a path or a name to be found in PATH, and its arguments, which reach it as they are: no
    /// shell reads them.
    std::vector<std::string> command;
    /// n >= 1, the numbers of a question.
    Eigen::Index dim = 0;
    /// Seconds for one answer, beginning when the question is sent; > 0.
    double timeout = 60;
    /// Copies of the program that run at the same time, 1 to 1024. Answers are put in order, so that they do
    /// not depend on it where the program's do not.
    int jobs = 1;
    /// How often a copy may be started again, all copies together. A program that ends after every answer
    /// uses one per call.
    std::int64_t max_restarts = 100;
    /// Asked while answers are waited for, about 50 times a second.
    StopRequested stop = {};

    /// Throws InvalidArgument.
    void validate() const;
};

/// f(x) by another program that stays running: it reads one line of n numbers from its stdin (the shortest
/// decimals that give the same doubles back, a space between them) and answers with one line of one finite
/// number on its stdout. It runs in the C locale and in a process group of its own.
///
/// What can go wrong, and what then happens:
///   it ends, closes its stdout, or gives no answer within the timeout: it is ended (its whole group gets
///     SIGTERM and, half a second later, SIGKILL), started again, and asked the same once more; the second
///     time in one call, or when there have been too many restarts, IoError;
///   it answers with anything but one finite number in a line of at most 4096 bytes, or writes what was not
///     asked for: FormatError at once, since asking again would not make that right;
///   `stop` asks to end: the copies are killed, and Interrupted leaves the call.
/// An error names the call, the point, and the last line that the program wrote to stderr, which is read but
/// for that not kept. After an error no copy runs, and the next call starts new ones. The destructor kills
/// all.
///
/// Copies are killed by the system when the thread that started them ends: use it from one thread that lives
/// as long as it does.
class ExternalProgram final : public NumberedOracle {
  public:
    /// Starts one copy. Throws InvalidArgument for wrong options, and IoError when there is no such program
    /// or the system cannot run it.
    explicit ExternalProgram(ExternalProgramOptions options);
    ~ExternalProgram() override;
    ExternalProgram(const ExternalProgram&) = delete;
    ExternalProgram& operator=(const ExternalProgram&) = delete;

    [[nodiscard]] Eigen::Index dim() const override;
    /// Calls are numbered from 1 on. Throw as said above, and InvalidArgument for points of another dimension
    /// or that are not finite.
    double value(const VectorD& x) override;
    VectorD values(const MatrixD& points) override;
    VectorD answers(const MatrixD& points, const std::vector<std::int64_t>& calls,
                    const OnAnswer& on_answer) override;

    /// Closes the stdin of every copy and waits up to a second for them to end; then they are killed. Throws
    /// FormatError when one has written more lines than it was asked questions: its answers were then not
    /// those of the questions.
    void finish();
    /// How often a copy was started again.
    [[nodiscard]] std::int64_t restarts() const;

  private:
    class Copies;
    std::unique_ptr<Copies> copies_;
    std::int64_t calls_ = 0;
};

}  // namespace eckart::probe

#pragma GCC visibility pop
