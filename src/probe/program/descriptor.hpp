#pragma once

#include <csignal>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace eckart::probe {

/// An open file descriptor, closed when it goes.
class Descriptor {
  public:
    Descriptor() = default;
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor() { close(); }
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept;
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    /// -1 when closed.
    [[nodiscard]] int number() const { return number_; }
    [[nodiscard]] bool is_open() const { return number_ >= 0; }
    void close();

    /// Appends what is there to read, `limit` bytes at most, to `text`, and closes itself at the end of the
    /// file. Returns how many bytes that were; 0 also when there is nothing at the moment.
    std::size_t read_some(std::string& text, std::size_t limit);
    /// Writes as much of `text` as there is room for and returns how much that was; closes itself when nobody
    /// reads any more. SIGPIPE must be held back (SigpipeHeld).
    std::size_t write_some(std::string_view text);

  private:
    int number_ = -1;
};

/// Both ends of a pipe, close-on-exec, with numbers above those of the standard streams.
struct Pipe {
    Descriptor reading;
    Descriptor writing;
};

/// Throws IoError when the system has no more descriptors.
Pipe open_pipe();

/// Reading and writing return at once instead of waiting.
void set_nonblocking(const Descriptor& descriptor);

/// While it lives, a write to a pipe that nobody reads is an error for this thread and not its end; a SIGPIPE
/// that such a write has caused goes with it.
class SigpipeHeld {
  public:
    SigpipeHeld();
    ~SigpipeHeld();
    SigpipeHeld(const SigpipeHeld&) = delete;
    SigpipeHeld& operator=(const SigpipeHeld&) = delete;

  private:
    sigset_t before_{};
    bool was_pending_ = false;
};

}  // namespace eckart::probe
