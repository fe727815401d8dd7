// A program to be asked for values, and the ways in which such a program can misbehave:
//     eckart_simulator MODE [ARGUMENT...]
// Without sleeps: what hangs waits for a signal.
#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace {

using Point = std::vector<double>;
using Words = std::vector<std::string>;

[[noreturn]] void wait_for_the_end() {
    for (;;) pause();
}

bool read_point(Point& point) {
    std::string line;
    if (!std::getline(std::cin, line)) return false;
    std::istringstream numbers(line);
    point.clear();
    for (double x = 0; numbers >> x;) point.push_back(x);
    return true;
}

void say(double value) {
    std::printf("%.17g\n", value);
    std::fflush(stdout);
}

double weighted_sum(const Point& point) {
    double sum = 0;
    for (std::size_t i = 0; i < point.size(); ++i) sum += static_cast<double>(i + 1) * point[i];
    return sum;
}

/// A ridge function of rank two with a bend.
double ridge(const Point& point) {
    double u = 0;
    double v = 0;
    for (std::size_t i = 0; i < point.size(); ++i) {
        u += point[i] / static_cast<double>(i + 1);
        v += (i % 2 == 0 ? 1 : -1) * point[i];
    }
    return u * u * u + u + 0.5 * v * v;
}

void answer_all(const std::function<double(const Point&)>& f) {
    Point point;
    while (read_point(point)) say(f(point));
}

/// One and the same line to every question.
void answer_text(const std::string& text) {
    Point point;
    while (read_point(point)) {
        std::fwrite(text.data(), 1, text.size(), stdout);
        std::fflush(stdout);
    }
}

/// Whether `file` is new; it then exists.
bool first_time(const std::string& file) {
    const int made = open(file.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    if (made >= 0) close(made);
    return made >= 0;
}

void exit_after(int answers, int status) {
    Point point;
    for (int i = 0; i < answers && read_point(point); ++i) say(weighted_sum(point));
    std::_Exit(status);
}

void crash_at(int call, const std::string& file) {
    int calls = 0;
    answer_all([&](const Point& point) {
        if (++calls == call && first_time(file)) std::abort();
        return weighted_sum(point);
    });
}

/// Answers, but hangs at one call when `file` is new; that then holds its number.
void hang_at(int call, const std::string& file) {
    int calls = 0;
    answer_all([&](const Point& point) {
        if (++calls == call && first_time(file)) {
            std::ofstream(file) << getpid() << std::endl;
            wait_for_the_end();
        }
        return ridge(point);
    });
}

void flood() {
    const std::string text(1000, 'e');
    answer_all([&](const Point& point) {
        for (int i = 0; i < 1000; ++i) std::cerr << text << "\n";
        return weighted_sum(point);
    });
    std::cerr << "done" << std::endl;
}

void endless() {
    Point point;
    if (!read_point(point)) return;
    const std::string text(1000, '7');
    while (write(STDOUT_FILENO, text.data(), text.size()) > 0) {
    }
}

/// Leaves a process behind that keeps stdout open; its number goes to `file`.
void leave_child(const std::string& file) {
    const pid_t child = fork();
    if (child == 0) {
        std::signal(SIGTERM, SIG_IGN);
        wait_for_the_end();
    }
    std::ofstream(file) << child << std::endl;
}

std::size_t files_in(const std::string& folder) {
    std::size_t count = 0;
    DIR* entries = opendir(folder.c_str());
    while (const dirent* entry = readdir(entries)) count += entry->d_name[0] != '.' ? 1 : 0;
    closedir(entries);
    return count;
}

/// Answers once `copies` of it have been asked.
void meet(std::size_t copies, const std::string& folder) {
    std::ofstream(folder + "/" + std::to_string(getpid())).flush();
    answer_all([&](const Point& point) {
        while (files_in(folder) < copies) {
        }
        return weighted_sum(point);
    });
}

/// What of the parent's signals has come along: the masks of blocked and ignored ones, 0 when all is well.
double inherited_signals() {
    std::ifstream status("/proc/self/status");
    std::string line;
    double sum = 0;
    while (std::getline(status, line)) {
        if (line.starts_with("SigBlk:") || line.starts_with("SigIgn:"))
            sum += static_cast<double>(std::stoull(line.substr(7), nullptr, 16) & 0x7FFFFFFFULL);
    }
    return sum;
}

void write_words(const Words& words) {
    std::ofstream file(words.front());
    for (std::size_t i = 1; i < words.size(); ++i) file << words[i] << "\n";
}

const std::map<std::string, std::function<void(const Words&)>>& modes() {
    static const std::map<std::string, std::function<void(const Words&)>> all{
        {"sum", [](const Words&) { answer_all(weighted_sum); }},
        {"ridge", [](const Words&) { answer_all(ridge); }},
        {"first", [](const Words&) { answer_all([](const Point& x) { return x.front(); }); }},
        {"constant", [](const Words&) { answer_all([](const Point&) { return 4.0; }); }},
        {"text", [](const Words& words) { answer_text(words.front()); }},
        {"exit", [](const Words&) { std::cerr << "no file mesh.dat\n\n"
                                              << std::flush,
                                        std::_Exit(3); }},
        {"abort",
         [](const Words&) {
             Point x;
             read_point(x), std::abort();
         }},
        {"after", [](const Words& words) { exit_after(std::stoi(words[0]), std::stoi(words[1])); }},
        {"crash-at", [](const Words& words) { crash_at(std::stoi(words[0]), words[1]); }},
        {"hang", [](const Words&) { answer_all([](const Point&) -> double { wait_for_the_end(); }); }},
        {"hang-once",
         [](const Words& words) {
             if (first_time(words.front())) wait_for_the_end();
             answer_all(weighted_sum);
         }},
        {"hang-at", [](const Words& words) { hang_at(std::stoi(words[0]), words[1]); }},
        {"stubborn",
         [](const Words&) {
             std::signal(SIGTERM, SIG_IGN);
             wait_for_the_end();
         }},
        {"close",
         [](const Words&) {
             close(STDOUT_FILENO);
             wait_for_the_end();
         }},
        {"deaf", [](const Words&) { wait_for_the_end(); }},
        {"no-stdin",
         [](const Words&) {
             close(STDIN_FILENO);
             wait_for_the_end();
         }},
        {"part",
         [](const Words&) {
             Point x;
             read_point(x);
             std::printf("1.5");
         }},
        {"endless", [](const Words&) { endless(); }},
        {"flood", [](const Words&) { flood(); }},
        {"last-word",
         [](const Words&) {
             answer_all(weighted_sum);
             say(0);
         }},
        {"orphan",
         [](const Words& words) {
             leave_child(words.front());
             answer_all(weighted_sum);
         }},
        {"orphan-exit",
         [](const Words& words) {
             leave_child(words.front());
             std::_Exit(0);
         }},
        {"meet", [](const Words& words) { meet(std::stoul(words[0]), words[1]); }},
        {"files",
         [](const Words&) {
             answer_all([](const Point&) { return static_cast<double>(files_in("/proc/self/fd")); });
         }},
        {"signals", [](const Words&) { answer_all([](const Point&) { return inherited_signals(); }); }},
        {"group",
         [](const Words&) { answer_all([](const Point&) { return getpgrp() == getpid() ? 1.0 : 0.0; }); }},
        {"locale",
         [](const Words&) {
             answer_all([](const Point&) {
                 return std::getenv("LC_ALL") == nullptr && std::string(std::getenv("LC_NUMERIC")) == "C"
                            ? 1.0
                            : 0.0;
             });
         }},
        {"words",
         [](const Words& words) {
             write_words(words);
             answer_all(ridge);
         }},
    };
    return all;
}

}  // namespace

int main(int argc, char** argv) {
    const Words words(argv + 1, argv + argc);
    if (words.empty() || !modes().contains(words.front())) {
        std::cerr << "usage: eckart_simulator MODE [ARGUMENT...]\n";
        return 2;
    }
    modes().at(words.front())(Words(words.begin() + 1, words.end()));
    return 0;
}
