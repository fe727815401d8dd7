#include "child_process.hpp"

#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <stdexcept>

namespace eckart::test {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kPatience{120};
constexpr int kNotStarted = 126;

/// Both ends of a pipe, closed when it goes.
class Pipe {
  public:
    Pipe() {
        if (pipe2(ends_.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    }
    ~Pipe() {
        close_end(0);
        close_end(1);
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;
    [[nodiscard]] int reading() const { return ends_[0]; }
    [[nodiscard]] int writing() const { return ends_[1]; }
    void close_end(std::size_t end) {
        if (ends_.at(end) >= 0) close(ends_.at(end));
        ends_.at(end) = -1;
    }

  private:
    std::array<int, 2> ends_{-1, -1};
};

std::vector<char*> pointers(std::vector<std::string>& strings) {
    std::vector<char*> result;
    for (std::string& text : strings) result.push_back(text.data());
    result.push_back(nullptr);
    return result;
}

bool overridden(const std::string& variable, const std::vector<std::string>& environment) {
    const std::string name = variable.substr(0, variable.find('=') + 1);
    for (const std::string& entry : environment) {
        if (entry.starts_with(name)) return true;
    }
    return false;
}

std::vector<std::string> environment_of(const Start& start) {
    std::vector<std::string> variables = start.environment;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        if (!overridden(*entry, start.environment)) variables.emplace_back(*entry);
    }
    return variables;
}

bool drop_rights() {
    return geteuid() != 0 || (prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE) == 0 &&
                              prctl(PR_CAPBSET_DROP, CAP_DAC_READ_SEARCH) == 0);
}

/// In the child, between fork() and exec(): only calls that are allowed there.
[[noreturn]] void become(const char* program, const Start& start, char* const* arguments,
                         char* const* environment, int out, int err) {
    const char* const path = start.stdout_path.empty() ? nullptr : start.stdout_path.c_str();
    const int target = path == nullptr ? out : open(path, O_WRONLY | O_CLOEXEC);
    bool ready = dup2(target, STDOUT_FILENO) >= 0 && dup2(err, STDERR_FILENO) >= 0;
    ready = ready && chdir(start.folder.c_str()) == 0 && (!start.plain_rights || drop_rights());
    for (const int descriptor : start.closed) close(descriptor);
    if (ready) execvpe(program, arguments, environment);
    _exit(kNotStarted);
}

/// Appends what is there to read; false at the end.
bool take(int descriptor, std::string& text) {
    std::array<char, 4096> chunk{};
    const ssize_t count = read(descriptor, chunk.data(), chunk.size());
    if (count < 0 && errno == EINTR) return true;
    if (count <= 0) return false;
    text.append(chunk.data(), static_cast<std::size_t>(count));
    return true;
}

/// Reads both until the child has closed them; false when that takes too long.
bool collect(int out, int err, Ended& ended) {
    const Clock::time_point deadline = Clock::now() + kPatience;
    std::array<pollfd, 2> ends{{{out, POLLIN, 0}, {err, POLLIN, 0}}};
    while (ends[0].fd >= 0 || ends[1].fd >= 0) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
        if (left.count() <= 0) return false;
        if (poll(ends.data(), ends.size(), static_cast<int>(left.count())) < 0 && errno != EINTR)
            return false;
        if (ends[0].fd >= 0 && ends[0].revents != 0 && !take(out, ended.out)) ends[0].fd = -1;
        if (ends[1].fd >= 0 && ends[1].revents != 0 && !take(err, ended.err)) ends[1].fd = -1;
    }
    return true;
}

}  // namespace

bool can_drop_rights() {
    return geteuid() != 0 || prctl(PR_CAPBSET_READ, CAP_SETPCAP) == 1;
}

Ended run_program(const std::string& program, const Start& start) {
    std::vector<std::string> words = start.arguments;
    words.insert(words.begin(), program);
    std::vector<std::string> variables = environment_of(start);
    const std::vector<char*> arguments = pointers(words);
    const std::vector<char*> environment = pointers(variables);
    Pipe out;
    Pipe err;
    const pid_t child = fork();
    if (child < 0) throw std::runtime_error("cannot fork");
    if (child == 0) {
        become(program.c_str(), start, arguments.data(), environment.data(), out.writing(), err.writing());
    }
    out.close_end(1);
    err.close_end(1);
    Ended ended;
    const bool in_time = collect(out.reading(), err.reading(), ended);
    if (!in_time) kill(child, SIGKILL);
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    ended.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    if (!in_time) throw std::runtime_error(program + " took too long; it said: " + ended.err);
    if (ended.code == kNotStarted) throw std::runtime_error("cannot start " + program);
    return ended;
}

Ended run_eckart(const Start& start) {
    return run_program(ECKART_BINARY, start);
}

}  // namespace eckart::test
