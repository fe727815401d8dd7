#include "io/printable.hpp"

#include <fmt/core.h>

namespace eckart::io {

std::string printable(std::string_view text) {
    constexpr std::size_t kLongest = 80;
    std::string shown;
    for (const char c : text.substr(0, kLongest)) {
        const auto byte = static_cast<unsigned char>(c);
        shown += byte >= 0x20 && byte < 0x7F ? std::string(1, c) : fmt::format("\\x{:02x}", byte);
    }
    return text.size() > kLongest ? shown + "..." : shown;
}

}  // namespace eckart::io
