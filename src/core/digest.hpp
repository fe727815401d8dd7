#pragma once

#include <cstddef>
#include <memory>
#include <string>

struct evp_md_ctx_st;

namespace eckart::core {

/// A checksum of bytes that come one after the other. Throws BackendError where OpenSSL fails.
class Digest {
  public:
    enum class Kind { kSha256, kMd5 };

    explicit Digest(Kind kind);

    void update(const void* bytes, std::size_t size);
    /// Of all that came, in hexadecimal. Nothing may come after it.
    [[nodiscard]] std::string hexadecimal();

  private:
    std::unique_ptr<evp_md_ctx_st, void (*)(evp_md_ctx_st*)> context_;
};

}  // namespace eckart::core
