#include "core/digest.hpp"

#include <fmt/core.h>
#include <openssl/evp.h>

#include <array>

#include "eckart/core/error.hpp"

namespace eckart::core {

namespace {

void require(bool ok) {
    if (!ok) throw BackendError("OpenSSL cannot compute a checksum (SHA-256 or MD5)");
}

}  // namespace

Digest::Digest(Kind kind) : context_(EVP_MD_CTX_new(), &EVP_MD_CTX_free) {
    const EVP_MD* const function = kind == Kind::kSha256 ? EVP_sha256() : EVP_md5();
    require(context_ && EVP_DigestInit_ex(context_.get(), function, nullptr) == 1);
}

void Digest::update(const void* bytes, std::size_t size) {
    require(EVP_DigestUpdate(context_.get(), bytes, size) == 1);
}

std::string Digest::hexadecimal() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    require(EVP_DigestFinal_ex(context_.get(), digest.data(), &size) == 1);
    std::string text;
    for (unsigned i = 0; i < size; ++i) text += fmt::format("{:02x}", digest[i]);
    return text;
}

}  // namespace eckart::core
