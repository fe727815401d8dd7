#include "eckart/data/png.hpp"

#include <fmt/core.h>
#include <png.h>

#include "eckart/core/error.hpp"

namespace eckart::data {
namespace {

void check(const RgbImage& image) {
    const bool positive = image.width > 0 && image.height > 0;
    const std::size_t expected = positive ? std::size_t{3} * static_cast<std::size_t>(image.width) *
                                                static_cast<std::size_t>(image.height)
                                          : 0;
    if (!positive || image.pixels.size() != expected) {
        throw InvalidArgument(fmt::format("an image of {} x {} needs {} bytes of pixels, found {}",
                                          image.width, image.height, expected, image.pixels.size()));
    }
}

// The simplified interface of libpng reports errors in a field instead of by longjmp.
png_image description_of(const RgbImage& image) {
    png_image description{};
    description.version = PNG_IMAGE_VERSION;
    description.width = static_cast<png_uint_32>(image.width);
    description.height = static_cast<png_uint_32>(image.height);
    description.format = PNG_FORMAT_RGB;
    return description;
}

[[noreturn]] void fail(const png_image& description) {
    throw BackendError(fmt::format("libpng cannot encode an image of {} x {}: {}", description.width,
                                   description.height, description.message));
}

}  // namespace

std::string encode_png(const RgbImage& image) {
    check(image);
    png_image description = description_of(image);
    png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(description);
    std::string file(size, '\0');
    if (png_image_write_to_memory(&description, file.data(), &size, 0, image.pixels.data(), 0, nullptr) ==
        0) {
        fail(description);
    }
    file.resize(size);
    return file;
}

}  // namespace eckart::data
