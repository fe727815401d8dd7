#include "report/process.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <fstream>
#include <system_error>
#include <thread>

#include "core/child_environment.hpp"
#include "eckart/core/error.hpp"

namespace eckart::report {
namespace {

constexpr std::size_t kOutputKept = 1024;
constexpr std::chrono::milliseconds kBetweenLooks{5};

class FileActions {
  public:
    explicit FileActions(const std::filesystem::path& output_file) {
        posix_spawn_file_actions_init(&actions_);
        posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_addopen(&actions_, STDOUT_FILENO, output_file.c_str(),
                                         O_WRONLY | O_CREAT | O_TRUNC, 0600);
        posix_spawn_file_actions_adddup2(&actions_, STDOUT_FILENO, STDERR_FILENO);
    }
    ~FileActions() { posix_spawn_file_actions_destroy(&actions_); }
    FileActions(const FileActions&) = delete;
    FileActions& operator=(const FileActions&) = delete;
    [[nodiscard]] const posix_spawn_file_actions_t* get() const { return &actions_; }

  private:
    posix_spawn_file_actions_t actions_{};
};

/// What a program says at first: a complaint may repeat itself without end.
std::string first_bytes(const std::filesystem::path& file) {
    std::string text(kOutputKept, '\0');
    std::ifstream stream(file, std::ios::binary);
    stream.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(stream.gcount()));
    return text;
}

/// A child gets no signal mask of ours: Ctrl-C ends it at once. One that is watched does not see Ctrl-C,
/// which goes to every program of the terminal: else it could end first and look as if it had failed.
class ChildSignals {
  public:
    explicit ChildSignals(bool watched) {
        sigset_t blocked;
        sigemptyset(&blocked);
        if (watched) {
            sigaddset(&blocked, SIGINT);
            sigaddset(&blocked, SIGTERM);
        }
        posix_spawnattr_init(&attributes_);
        posix_spawnattr_setsigmask(&attributes_, &blocked);
        posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK);
    }
    ~ChildSignals() { posix_spawnattr_destroy(&attributes_); }
    ChildSignals(const ChildSignals&) = delete;
    ChildSignals& operator=(const ChildSignals&) = delete;
    [[nodiscard]] const posix_spawnattr_t* get() const { return &attributes_; }

  private:
    posix_spawnattr_t attributes_{};
};

/// The child's status as waitpid gives it. Once `stop` asks to end, kills the child and sets `interrupted`.
int wait_for(pid_t child, const std::string& program, const StopRequested& stop, bool& interrupted) {
    int status = 0;
    for (;;) {
        const pid_t ended = waitpid(child, &status, stop && !interrupted ? WNOHANG : 0);
        if (ended == child) return status;
        if (ended < 0 && errno != EINTR) {
            throw IoError(fmt::format("cannot wait for '{}': {}; try again", program,
                                      std::generic_category().message(errno)));
        }
        if (ended < 0 || !stop) continue;
        if (stop()) {
            interrupted = true;
            kill(child, SIGKILL);
        } else {
            std::this_thread::sleep_for(kBetweenLooks);
        }
    }
}

}  // namespace

ProcessResult run_process(const std::string& program, const std::vector<std::string>& arguments,
                          const std::filesystem::path& output_file, const StopRequested& stop) {
    std::vector<std::string> command{program};
    command.insert(command.end(), arguments.begin(), arguments.end());
    std::vector<std::string> environment = c_locale_environment();
    const FileActions actions(output_file);
    const ChildSignals signals(static_cast<bool>(stop));
    pid_t child = 0;
    const int error = posix_spawnp(&child, program.c_str(), actions.get(), signals.get(),
                                   exec_pointers(command).data(), exec_pointers(environment).data());
    if (error == ENOENT) return {false, false, 127, ""};
    if (error != 0) {
        throw IoError(fmt::format("cannot start '{}': {}; check the program's permissions", program,
                                  std::generic_category().message(error)));
    }
    ProcessResult result;
    const int status = wait_for(child, program, stop, result.interrupted);
    result.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    result.output = first_bytes(output_file);
    return result;
}

}  // namespace eckart::report
