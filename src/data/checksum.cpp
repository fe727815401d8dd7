#include "data/checksum.hpp"

#include <fmt/core.h>
#include <openssl/evp.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <memory>
#include <system_error>
#include <vector>

#include "eckart/core/error.hpp"

namespace eckart::data {
namespace {

class Digest {
  public:
    explicit Digest(const EVP_MD* kind) : context_(EVP_MD_CTX_new(), &EVP_MD_CTX_free) {
        require(context_ && EVP_DigestInit_ex(context_.get(), kind, nullptr) == 1);
    }
    void update(const void* bytes, std::size_t size) {
        require(EVP_DigestUpdate(context_.get(), bytes, size) == 1);
    }
    std::string hexadecimal() {
        std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
        unsigned size = 0;
        require(EVP_DigestFinal_ex(context_.get(), digest.data(), &size) == 1);
        std::string text;
        for (unsigned i = 0; i < size; ++i) text += fmt::format("{:02x}", digest[i]);
        return text;
    }

  private:
    static void require(bool ok) {
        if (!ok) throw BackendError("OpenSSL cannot compute a checksum (SHA-256 or MD5)");
    }
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

}  // namespace

std::string checksum_of(const Dataset& train, const Dataset& test) {
    Digest digest(EVP_sha256());
    for (const Dataset* set : {&train, &test}) {
        digest.update(set->labels.data(), set->labels.size());
        digest.update(set->pixels.data(), set->pixels.size());
    }
    return "sha256:" + digest.hexadecimal();
}

std::string md5_of_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    Digest digest(EVP_md5());
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
