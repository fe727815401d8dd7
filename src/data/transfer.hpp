#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "eckart/data/fetch.hpp"

namespace eckart::data {

/// How one request ended.
struct TransferEnd {
    enum class Kind {
        kComplete,
        kInterrupted,   ///< by options.stop
        kCannotResume,  ///< the server sends the file from its beginning only, or has not that many bytes
        kBroken,        ///< the connection broke, stalled, or never came about
        kRefused,       ///< the server or the limits say no; asking again is no use
    };
    Kind kind = Kind::kComplete;
    std::string reason;          ///< of the last three, for a person
    std::uint64_t received = 0;  ///< bytes of this request
};

/// Asks `url` for the bytes from the end of `part` on (all of them when `part` is missing) and appends them.
/// Throws IoError when `part` cannot be written, and what the observer throws.
TransferEnd transfer(const std::string& url, const std::filesystem::path& part,
                     const DownloadOptions& options);

}  // namespace eckart::data
