#include "terminal.hpp"

#include <fmt/core.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <thread>

#include "exit_codes.hpp"
#include "standard_streams.hpp"

namespace eckart::cli {
namespace {

constexpr std::chrono::milliseconds kRedrawEvery{100};
constexpr int kBarWidth = 24;

std::atomic<int> received_signal{0};
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler may not wait for a lock");

extern "C" void remember_signal(int signal) {
    received_signal = signal;
    std::signal(signal, SIG_DFL);  // the second one ends the process
}

int width_of(int descriptor) {
    winsize size{};
    if (ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
    return size.ws_col;
}

std::string bar(double fraction) {
    const int full = static_cast<int>(fraction * kBarWidth);
    std::string text;
    for (int i = 0; i < kBarWidth; ++i) text += i < full ? "█" : "░";
    return text;
}

std::string rate(const Progress& progress, double elapsed) {
    const double per_second = static_cast<double>(progress.done) / elapsed;
    if (progress.unit == "bytes") return fmt::format("{:.2f} MB/s", per_second / 1e6);
    return fmt::format("{:.{}f} {}/s", per_second, per_second < 10 ? 1 : 0, progress.unit);
}

/// The detail, which may hold names out of a file, and what is `left`, in `room` columns: the detail gives
/// way.
std::string tail_of(const std::string& detail, const std::string& left, std::size_t room) {
    std::string text = detail.empty() ? "" : "  " + detail;
    for (char& c : text) {
        if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') c = '?';
    }
    text.resize(std::min(text.size(), room > left.size() ? room - left.size() : 0));
    return (text + left).substr(0, room);
}

}  // namespace

TerminalProgress::TerminalProgress(bool quiet) : quiet_(quiet), live_(!quiet && isatty(STDERR_FILENO) == 1) {}

TerminalProgress::~TerminalProgress() {
    erase();
}

void TerminalProgress::on_progress(const Progress& progress) {
    if (!live_) return;
    const Clock::time_point now = Clock::now();
    if (progress.task != task_) {
        task_ = progress.task;
        task_started_ = now;
        last_drawn_ = {};
    }
    if (now - last_drawn_ < kRedrawEvery && progress.done != progress.total) return;
    last_drawn_ = now;
    draw(progress, std::chrono::duration<double>(now - task_started_).count());
}

void TerminalProgress::draw(const Progress& progress, double elapsed) {
    // The bar's characters are three bytes wide and one column: count columns, not bytes.
    const auto columns = static_cast<std::size_t>(width_of(STDERR_FILENO));
    const bool bar_fits = progress.task.size() + kBarWidth + 10 < columns;
    std::string head = progress.task;
    std::string left;
    if (progress.total > 0) {
        const double fraction =
            std::min(1.0, static_cast<double>(progress.done) / static_cast<double>(progress.total));
        head += fmt::format("  {}{:3.0f} %", bar_fits ? bar(fraction) + " " : "", 100 * fraction);
        if (fraction > 0 && elapsed > 0.5) {
            if (!progress.unit.empty()) left = "  " + rate(progress, elapsed);
            left += fmt::format("  {} left", format_duration(elapsed * (1 - fraction) / fraction));
        }
    }
    if (!bar_fits) head.resize(std::min(head.size(), columns > 1 ? columns - 1 : 0));
    const std::size_t head_columns = head.size() - (progress.total > 0 && bar_fits ? 2 * kBarWidth : 0);
    const std::size_t room = columns > head_columns + 1 ? columns - head_columns - 1 : 0;
    write_to_stderr("\r\033[K" + head + tail_of(progress.detail, left, room));
    drawn_ = true;
}

void TerminalProgress::erase() {
    if (!drawn_) return;
    write_to_stderr("\r\033[K");
    drawn_ = false;
}

void TerminalProgress::on_line(const std::string& line) {
    if (quiet_) return;
    erase();
    write_to_stderr(line + "\n");
}

int output_width() {
    return width_of(STDOUT_FILENO);
}

bool writes_to_terminal() {
    return isatty(STDOUT_FILENO) == 1;
}

std::string format_duration(double seconds) {
    const auto whole = std::lround(seconds);
    if (whole < 3600) return fmt::format("{}:{:02}", whole / 60, whole % 60);
    return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

void install_signal_handlers() {
    // Beyond `ulimit -f`, a write then fails with a reason.
    std::signal(SIGXFSZ, SIG_IGN);
    std::signal(SIGINT, remember_signal);
    std::signal(SIGTERM, remember_signal);
    std::signal(SIGPIPE, SIG_IGN);
    // The system runs a handler below the stack pointer of the thread that it interrupts, and some kernels
    // that oneDNN compiles keep other pointers in that register: a handler there destroys the heap. So the
    // handlers get a thread that computes nothing, and this one, with all that it starts from here on, blocks
    // the signals.
    std::thread([] {
        for (;;) pause();
    }).detach();
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

StopRequested stop_requested() {
    return [] { return received_signal != 0; };
}

int interrupt_exit_code() {
    if (received_signal == SIGTERM) return kTerminated;
    return received_signal == 0 ? 0 : kInterrupted;
}

}  // namespace eckart::cli
