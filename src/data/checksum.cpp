#include "data/checksum.hpp"

#include <fmt/core.h>
#include <openssl/evp.h>

#include <array>
#include <memory>

#include "eckart/core/error.hpp"

namespace eckart::data {

std::string checksum_of(const Dataset& train, const Dataset& test) {
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    bool ok = context && EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) == 1;
    for (const Dataset* set : {&train, &test}) {
        ok = ok && EVP_DigestUpdate(context.get(), set->labels.data(), set->labels.size()) == 1;
        ok = ok && EVP_DigestUpdate(context.get(), set->pixels.data(), set->pixels.size()) == 1;
    }
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (!ok || EVP_DigestFinal_ex(context.get(), digest.data(), &size) != 1) {
        throw BackendError("OpenSSL cannot compute SHA-256");
    }
    std::string text = "sha256:";
    for (unsigned i = 0; i < size; ++i) text += fmt::format("{:02x}", digest[i]);
    return text;
}

}  // namespace eckart::data
