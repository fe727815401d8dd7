#include "probe/program/child_process.hpp"

#include <fmt/core.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <system_error>
#include <thread>

#include "core/child_environment.hpp"
#include "eckart/core/error.hpp"

namespace eckart::probe {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kTailKept = 4096;
constexpr std::size_t kLineShown = 160;
constexpr std::chrono::milliseconds kBetweenWaits{1};

std::string reason(int error) {
    return std::generic_category().message(error);
}

/// 0 when `path` may be run, else an errno.
int cannot_run(const fs::path& path) {
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (!fs::exists(status))
        return error && error != std::errc::no_such_file_or_directory ? error.value() : ENOENT;
    if (fs::is_directory(status)) return EISDIR;
    return access(path.c_str(), X_OK) == 0 ? 0 : errno;
}

[[noreturn]] void refuse(const fs::path& program, int error) {
    const char* hint = "";
    if (error == EACCES) hint = "; make it executable with 'chmod +x'";
    if (error == EISDIR) hint = "; name a program in it";
    if (error == ENOENT) hint = "; check the name, and in a script the program that its first line names";
    if (error == ENOEXEC) hint = "; a script needs a first line such as '#!/bin/sh'";
    throw IoError(fmt::format("cannot run '{}': {}{}", program.string(), reason(error), hint));
}

/// What a child does between fork() and exec: only calls that are allowed there.
struct Launch {
    const char* program;
    char* const* arguments;
    char* const* environment;
    int input;
    int output;
    int errors;
    int trouble;  ///< takes errno when exec fails
    pid_t parent;

    [[noreturn]] void run() const {
        setpgid(0, 0);
        // Handlers are gone after exec, but not what is ignored or blocked.
        std::signal(SIGPIPE, SIG_DFL);
        std::signal(SIGINT, SIG_DFL);
        std::signal(SIGTERM, SIG_DFL);
        sigset_t none;
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, nullptr);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent) _exit(EXIT_FAILURE);
        if (dup2(input, STDIN_FILENO) >= 0 && dup2(output, STDOUT_FILENO) >= 0 &&
            dup2(errors, STDERR_FILENO) >= 0)
            execve(program, arguments, environment);
        const int error = errno;
        // A parent that reads nothing here believes that all is well, and then finds a program that has
        // ended.
        [[maybe_unused]] const ssize_t written = write(trouble, &error, sizeof error);
        _exit(EXIT_FAILURE);
    }
};

/// errno of a failed exec; 0 once it has succeeded, which closes the other end.
int exec_error(const Descriptor& trouble) {
    int error = 0;
    ssize_t count = 0;
    do {
        count = read(trouble.number(), &error, sizeof error);
    } while (count < 0 && errno == EINTR);
    return count == static_cast<ssize_t>(sizeof error) ? error : 0;
}

/// How `process` ended, without taking that away from waitpid(); si_pid is 0 while it runs.
siginfo_t look_at(pid_t process) {
    siginfo_t info{};
    while (waitid(P_PID, static_cast<id_t>(process), &info, WEXITED | WNOHANG | WNOWAIT) != 0) {
        if (errno == EINTR) continue;
        // Whoever ignores SIGCHLD has no children to wait for.
        info.si_pid = process;
        break;
    }
    return info;
}

}  // namespace

fs::path find_program(const std::string& name) {
    if (name.find('/') != std::string::npos) {
        if (const int error = cannot_run(name); error != 0) refuse(name, error);
        return name;
    }
    const char* variable = std::getenv("PATH");  // NOLINT(concurrency-mt-unsafe): read only
    const std::string path = variable == nullptr ? "/usr/bin:/bin" : variable;
    int trouble = ENOENT;
    fs::path found = name;
    for (std::size_t begin = 0; begin <= path.size();) {
        const std::size_t end = std::min(path.find(':', begin), path.size());
        fs::path candidate = fs::path(begin == end ? "." : path.substr(begin, end - begin)) / name;
        const int error = name.empty() ? ENOENT : cannot_run(candidate);
        if (error == 0) return candidate;
        if (error == EACCES && trouble != EACCES) {
            trouble = error;
            found = candidate;
        }
        begin = end + 1;
    }
    if (trouble != ENOENT) refuse(found, trouble);
    throw IoError(
        fmt::format("there is no program '{}' in PATH; write './{}' for one in this folder", name, name));
}

ChildProcess::ChildProcess(const fs::path& program, std::vector<std::string> arguments) {
    Pipe in = open_pipe();
    Pipe out = open_pipe();
    Pipe err = open_pipe();
    Pipe trouble = open_pipe();
    std::vector<std::string> environment = c_locale_environment();
    const std::vector<char*> argument_pointers = exec_pointers(arguments);
    const std::vector<char*> environment_pointers = exec_pointers(environment);
    const Launch launch{
        program.c_str(),      argument_pointers.data(), environment_pointers.data(), in.reading.number(),
        out.writing.number(), err.writing.number(),     trouble.writing.number(),    getpid()};
    process_ = fork();
    if (process_ == 0) launch.run();
    if (process_ < 0) throw IoError(fmt::format("cannot start '{}': {}", program.string(), reason(errno)));
    trouble.writing.close();
    if (const int error = exec_error(trouble.reading); error != 0) {
        waitpid(process_, nullptr, 0);
        process_ = -1;
        refuse(program, error);
    }
    input = std::move(in.writing);
    output = std::move(out.reading);
    errors = std::move(err.reading);
    for (const Descriptor* end : {&input, &output, &errors}) set_nonblocking(*end);
}

ChildProcess::~ChildProcess() {
    end(std::chrono::milliseconds(0));
}

bool ChildProcess::has_ended() const {
    return process_ < 0 || look_at(process_).si_pid != 0;
}

bool ChildProcess::ends_within(std::chrono::milliseconds patience) const {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!has_ended()) {
        if (std::chrono::steady_clock::now() >= deadline) return false;
        std::this_thread::sleep_for(kBetweenWaits);
    }
    return true;
}

std::string ChildProcess::ending() const {
    const siginfo_t info = process_ < 0 ? siginfo_t{} : look_at(process_);
    if (info.si_code == CLD_EXITED) return fmt::format("ended with exit status {}", info.si_status);
    if (info.si_code != CLD_KILLED && info.si_code != CLD_DUMPED) return "ended";
    return fmt::format("was ended by signal {} ({})", info.si_status,
                       sigdescr_np(info.si_status) == nullptr ? "unknown" : sigdescr_np(info.si_status));
}

void ChildProcess::ask_to_end() {
    if (process_ < 0) return;
    input.close();
    signal_group(SIGTERM);
}

void ChildProcess::end(std::chrono::milliseconds patience) {
    if (process_ < 0) return;
    ask_to_end();
    static_cast<void>(ends_within(patience));
    // As long as nobody has waited for the process, its number belongs to no other group. What it has started
    // goes with it.
    signal_group(SIGKILL);
    while (waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
    }
    process_ = -1;
    output.close();
    errors.close();
}

void ChildProcess::signal_group(int signal) const {
    kill(-process_, signal);
}

void Tail::add(std::string_view text) {
    if (text.size() > kTailKept) text.remove_prefix(text.size() - kTailKept);
    text_.append(text);
    if (text_.size() > 2 * kTailKept) text_.erase(0, text_.size() - kTailKept);
}

std::string Tail::last_line() const {
    const std::size_t last = text_.find_last_not_of(" \t\r\n");
    if (last == std::string::npos) return "";
    const std::size_t before = text_.find_last_of('\n', last);
    const std::size_t begin = before == std::string::npos ? 0 : before + 1;
    return shown(std::string_view(text_).substr(begin, last + 1 - begin), kLineShown);
}

std::string shown(std::string_view text, std::size_t limit) {
    std::size_t end = std::min(text.size(), limit);
    while (end < text.size() && end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    std::string result;
    for (const char c : text.substr(0, end)) {
        const bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
        result += control ? (c == '\t' ? ' ' : '?') : c;
    }
    return end < text.size() ? result + "..." : result;
}

}  // namespace eckart::probe
