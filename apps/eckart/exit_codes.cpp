#include "exit_codes.hpp"

#include <fmt/core.h>

namespace eckart::cli {

std::string exit_code_help() {
    constexpr std::size_t kWidth = 90;
    std::string text;
    std::string line = "Exit codes:";
    for (const ExitMeaning& exit : kExitMeanings) {
        const std::string item =
            fmt::format("{} {}{}", exit.codes, exit.meaning, &exit == &kExitMeanings.back() ? "." : ";");
        if (line.size() + 1 + item.size() > kWidth) {
            text += line + "\n";
            line = item;
        } else {
            line += " " + item;
        }
    }
    return text + line + "\n";
}

}  // namespace eckart::cli
