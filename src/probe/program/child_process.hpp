#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "probe/program/descriptor.hpp"

namespace eckart::probe {

/// Where `name` is: a path when it holds a '/', a file in PATH otherwise. Throws IoError when there is none,
/// and when it may not be run.
std::filesystem::path find_program(const std::string& name);

/// A program that runs beside this one, in a process group of its own, with pipes at its stdin, stdout and
/// stderr. Without a shell; numbers are in the C locale, signals as the system has them at first. It gets
/// SIGKILL when the thread that started it ends, a killed process with all its threads included.
///
/// The three descriptors do not block and are not inherited by other programs.
class ChildProcess {
  public:
    /// `arguments` begins with the program's name. Throws IoError when the system refuses to run it.
    ChildProcess(const std::filesystem::path& program, std::vector<std::string> arguments);
    /// Kills the group at once.
    ~ChildProcess();
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;

    /// Its stdin, to write to.
    Descriptor input;
    /// Its stdout and stderr, to read from.
    Descriptor output;
    Descriptor errors;

    /// Whether it has ended by itself; what it started may still run.
    [[nodiscard]] bool has_ended() const;
    /// Waits for that, `patience` at most.
    [[nodiscard]] bool ends_within(std::chrono::milliseconds patience) const;
    /// "ended with exit status 3" or "was ended by signal 11 (Segmentation fault)"; only once has_ended().
    [[nodiscard]] std::string ending() const;
    /// Closes its stdin and sends SIGTERM to its group.
    void ask_to_end();
    /// Does that, gives it `patience` to end, and kills its group. Returns once the process is gone. May be
    /// called again.
    void end(std::chrono::milliseconds patience);

  private:
    void signal_group(int signal) const;

    pid_t process_ = -1;  // -1: ended and waited for
};

/// The end of what was added, in bounded memory.
class Tail {
  public:
    void add(std::string_view text);
    void clear() { text_.clear(); }
    /// The last line that is not blank, shortened and without control characters; may be empty.
    [[nodiscard]] std::string last_line() const;

  private:
    std::string text_;
};

/// `text` for an error message: at most `limit` bytes, cut between characters of UTF-8, control characters as
/// '?'.
std::string shown(std::string_view text, std::size_t limit);

}  // namespace eckart::probe
