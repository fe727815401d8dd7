#include "standard_streams.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace eckart::cli {

void open_missing_streams() {
    for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (fcntl(descriptor, F_GETFD) >= 0 || errno != EBADF) continue;
        // The lowest free number is given: this one. The wrong direction makes every use fail.
        open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY);
    }
}

void write_to_stderr(std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stderr);
    std::fflush(stderr);
}

void write_to_stdout(std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
}

bool results_delivered() {
    // A flush that failed has dropped the text, and the next one succeeds: only the flag remembers.
    return std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
}

std::string one_line(std::string message) {
    for (char& c : message) {
        if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') c = ' ';
    }
    return "eckart: " + message + "\n";
}

}  // namespace eckart::cli
