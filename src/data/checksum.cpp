#include "data/checksum.hpp"

#include <fmt/core.h>

#include <cerrno>
#include <fstream>
#include <system_error>
#include <vector>

#include "core/digest.hpp"
#include "eckart/core/error.hpp"

namespace eckart::data {
std::string checksum_of(const Dataset& train, const Dataset& test) {
    core::Digest digest(core::Digest::Kind::kSha256);
    for (const Dataset* set : {&train, &test}) {
        digest.update(set->labels.data(), set->labels.size());
        digest.update(set->pixels.data(), set->pixels.size());
    }
    return "sha256:" + digest.hexadecimal();
}

std::string md5_of_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    core::Digest digest(core::Digest::Kind::kMd5);
    std::vector<char> chunk(std::size_t{1} << 20);
    while (file) {
        file.read(chunk.data(), static_cast<std::streamsize>(chunk.size()));
        digest.update(chunk.data(), static_cast<std::size_t>(file.gcount()));
    }
    if (!file.eof()) {
        throw IoError(
            fmt::format("cannot read '{}': {}", path.string(), std::generic_category().message(errno)));
    }
    return digest.hexadecimal();
}

}  // namespace eckart::data
