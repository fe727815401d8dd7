#include "probe/program/descriptor.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <system_error>

#include "eckart/core/error.hpp"

namespace eckart::probe {
namespace {

/// The same file with a number above 2, so that a child's dup2() onto the standard streams cannot close it.
int above_streams(int number) {
    if (number > STDERR_FILENO) return number;
    const int moved = fcntl(number, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    ::close(number);
    return moved;
}

sigset_t only_sigpipe() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    return set;
}

bool sigpipe_pending() {
    sigset_t pending;
    return sigpending(&pending) == 0 && sigismember(&pending, SIGPIPE) == 1;
}

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
    if (this != &other) {
        close();
        number_ = std::exchange(other.number_, -1);
    }
    return *this;
}

void Descriptor::close() {
    if (number_ >= 0) ::close(number_);
    number_ = -1;
}

std::size_t Descriptor::read_some(std::string& text, std::size_t limit) {
    std::array<char, 4096> chunk{};
    std::size_t sum = 0;
    while (is_open() && sum < limit) {
        const ssize_t count = ::read(number_, chunk.data(), std::min(chunk.size(), limit - sum));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
        if (count <= 0) {
            close();
            break;
        }
        text.append(chunk.data(), static_cast<std::size_t>(count));
        sum += static_cast<std::size_t>(count);
    }
    return sum;
}

std::size_t Descriptor::write_some(std::string_view text) {
    std::size_t sum = 0;
    while (is_open() && sum < text.size()) {
        const ssize_t count = ::write(number_, text.data() + sum, text.size() - sum);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
        if (count < 0) {
            close();
            break;
        }
        sum += static_cast<std::size_t>(count);
    }
    return sum;
}

Pipe open_pipe() {
    std::array<int, 2> ends{-1, -1};
    if (pipe2(ends.data(), O_CLOEXEC) == 0) {
        Pipe pipe{Descriptor(above_streams(ends[0])), Descriptor(above_streams(ends[1]))};
        if (pipe.reading.is_open() && pipe.writing.is_open()) return pipe;
    }
    throw IoError(fmt::format("cannot open a pipe to a program: {}; run fewer copies or raise 'ulimit -n'",
                              std::generic_category().message(errno)));
}

void set_nonblocking(const Descriptor& descriptor) {
    const int flags = fcntl(descriptor.number(), F_GETFL);
    fcntl(descriptor.number(), F_SETFL, flags | O_NONBLOCK);
}

SigpipeHeld::SigpipeHeld() {
    const sigset_t sigpipe = only_sigpipe();
    was_pending_ = sigpipe_pending();
    pthread_sigmask(SIG_BLOCK, &sigpipe, &before_);
}

SigpipeHeld::~SigpipeHeld() {
    const sigset_t sigpipe = only_sigpipe();
    const timespec at_once{};
    if (!was_pending_ && sigpipe_pending()) sigtimedwait(&sigpipe, nullptr, &at_once);
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

}  // namespace eckart::probe
