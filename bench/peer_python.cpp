#include "peer_python.hpp"

#include <fmt/core.h>

#include <array>
#include <cstdio>
#include <cstdlib>

namespace eckart::bench {

std::vector<std::string> peer_lines(const std::string& script, const std::string& arguments) {
    const char* python = std::getenv("ECKART_PEER_PYTHON");
    if (python == nullptr) return {};
    const std::string command = fmt::format("'{}' '{}/{}' {}", python, ECKART_BENCH_DIR, script, arguments);
    FILE* pipe = popen(command.c_str(), "r");
    if (pipe == nullptr) return {};
    std::vector<std::string> lines;
    std::array<char, 512> line{};
    while (std::fgets(line.data(), static_cast<int>(line.size()), pipe) != nullptr) {
        lines.emplace_back(line.data());
    }
    if (pclose(pipe) != 0) lines.clear();
    return lines;
}

}  // namespace eckart::bench
