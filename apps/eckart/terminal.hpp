#pragma once

#include <chrono>
#include <string>

#include "eckart/core/progress.hpp"
#include "eckart/core/stop.hpp"

namespace eckart::cli {

/// Progress on stderr: a live bar with an estimate of the time left on a terminal, only finished lines
/// otherwise, nothing with --quiet.
class TerminalProgress : public ProgressObserver {
  public:
    explicit TerminalProgress(bool quiet);
    ~TerminalProgress() override;
    void on_progress(const Progress& progress) override;
    void on_line(const std::string& line) override;
    /// Removes the bar, so that something else can be printed; the next report draws it again.
    void erase();

  private:
    using Clock = std::chrono::steady_clock;
    void draw(const Progress& progress, double elapsed);

    bool quiet_;
    bool live_;
    bool drawn_ = false;
    std::string task_;
    Clock::time_point task_started_;
    Clock::time_point last_drawn_;
};

/// Columns of the terminal that stdout writes to; 80 where it is none.
int output_width();

bool writes_to_terminal();

/// "1:04", "2:03:10".
std::string format_duration(double seconds);

/// After this, SIGINT and SIGTERM only set a flag, which stop_requested() reads; a second signal ends the
/// process.
void install_signal_handlers();
StopRequested stop_requested();
/// kInterrupted or kTerminated, by the signal that came; 0 when none did.
int interrupt_exit_code();

}  // namespace eckart::cli
