#pragma once

#include <cstdint>
#include <string>
#include <vector>

#pragma GCC visibility push(default)

namespace eckart::data {

/// A colour image, 8 bits per channel.
struct RgbImage {
    int width = 0;
    int height = 0;
    std::vector<std::uint8_t> pixels;  ///< (height, width, 3), row-major
};

/// The bytes of a PNG file (truecolour, 8 bits, deflate). Throws InvalidArgument when the image is empty or
/// its size does not match its pixels, BackendError when libpng fails.
std::string encode_png(const RgbImage& image);

}  // namespace eckart::data

#pragma GCC visibility pop
