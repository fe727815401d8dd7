#include "eckart/data/preview.hpp"

#include <gtest/gtest.h>
#include <png.h>
#include <rapidcheck.h>

#include <array>

#include "data/bitmap_font.hpp"
#include "eckart/core/error.hpp"
#include "small_dataset.hpp"

namespace eckart::data {
namespace {

RgbImage decode_png(const std::string& file) {
    png_image description{};
    description.version = PNG_IMAGE_VERSION;
    if (png_image_begin_read_from_memory(&description, file.data(), file.size()) == 0) {
        throw std::runtime_error(description.message);
    }
    description.format = PNG_FORMAT_RGB;
    RgbImage image{static_cast<int>(description.width), static_cast<int>(description.height), {}};
    image.pixels.resize(PNG_IMAGE_SIZE(description));
    if (png_image_finish_read(&description, nullptr, image.pixels.data(), 0, nullptr) == 0) {
        throw std::runtime_error(description.message);
    }
    return image;
}

using Color = std::array<int, 3>;

Color pixel(const RgbImage& image, int x, int y) {
    const std::uint8_t* p = image.pixels.data() + 3 * (std::ptrdiff_t{y} * image.width + x);
    return {p[0], p[1], p[2]};
}

TEST(EncodePng, AnotherReaderSeesTheSamePixels) {
    EXPECT_TRUE(rc::check([] {
        RgbImage image{*rc::gen::inRange(1, 40), *rc::gen::inRange(1, 40), {}};
        image.pixels = *rc::gen::container<std::vector<std::uint8_t>>(
            static_cast<std::size_t>(3 * image.width * image.height), rc::gen::arbitrary<std::uint8_t>());
        const RgbImage read = decode_png(encode_png(image));
        RC_ASSERT(read.width == image.width);
        RC_ASSERT(read.height == image.height);
        RC_ASSERT(read.pixels == image.pixels);
    }));
}

TEST(EncodePng, RefusesSizesThatDoNotMatch) {
    EXPECT_THROW(encode_png({2, 2, std::vector<std::uint8_t>(11)}), InvalidArgument);
    EXPECT_THROW(encode_png({0, 2, {}}), InvalidArgument);
    EXPECT_THROW(encode_png({-1, -1, std::vector<std::uint8_t>(3)}), InvalidArgument);
}

// Two classes of images of 1 x 2 pixels, left one pure red, right one (i, 2i, 3i).
Dataset two_classes(int count) {
    Dataset set{{3, 1, 2}, {"x", "long"}, {}, {}};
    for (int i = 0; i < count; ++i) {
        set.labels.push_back(static_cast<std::uint8_t>(i % 2));
        for (const int value : {255, i, 0, 2 * i, 0, 3 * i}) {
            set.pixels.push_back(static_cast<std::uint8_t>(value));
        }
    }
    return set;
}

// Where the first image of a grid starts: margin of 4 points, then the longest name's letters and a margin.
constexpr int kFirstColumn = 4 + 4 * 6 + 4;

TEST(PreviewGrid, ShowsTheFirstImagesOfEachClassInTheirColors) {
    const RgbImage grid = preview_grid(two_classes(8), {3, 1});
    for (int row = 0; row < 2; ++row) {
        const int y = 4 + row * (9 + 2);
        for (int i = 0; i < 3; ++i) {
            const int x = kFirstColumn + i * (2 + 2);
            const int value = 2 * i + row;
            EXPECT_EQ(pixel(grid, x, y), (Color{255, 0, 0})) << row << " " << i;
            EXPECT_EQ(pixel(grid, x + 1, y), (Color{value, 2 * value, 3 * value})) << row << " " << i;
        }
    }
    EXPECT_EQ(grid.width, kFirstColumn + 3 * 4 - 2 + 4);
    EXPECT_EQ(grid.height, 4 + 2 * 11 - 2 + 4);
}

TEST(PreviewGrid, ScalesEveryPixelToASquare) {
    const RgbImage one = preview_grid(two_classes(8), {3, 1});
    const RgbImage three = preview_grid(two_classes(8), {3, 3});
    ASSERT_EQ(three.width, 3 * one.width);
    ASSERT_EQ(three.height, 3 * one.height);
    for (int y = 0; y < three.height; ++y) {
        for (int x = 0; x < three.width; ++x) {
            ASSERT_EQ(pixel(three, x, y), pixel(one, x / 3, y / 3)) << x << " " << y;
        }
    }
}

TEST(PreviewGrid, LeavesGrayWhereAClassHasTooFewImages) {
    const RgbImage grid = preview_grid(two_classes(3), {2, 1});
    EXPECT_EQ(pixel(grid, kFirstColumn + 4, 4), (Color{255, 0, 0}));
    EXPECT_EQ(pixel(grid, kFirstColumn + 4, 4 + 11), (Color{232, 232, 232}));
}

TEST(PreviewGrid, ShowsOneChannelAsGray) {
    const Dataset set{{1, 1, 2}, {"x"}, {10, 20}, {0}};
    const RgbImage grid = preview_grid(set, {1, 1});
    EXPECT_EQ(pixel(grid, 4 + 6 + 4, 4), (Color{10, 10, 10}));
    EXPECT_EQ(pixel(grid, 4 + 6 + 5, 4), (Color{20, 20, 20}));
}

TEST(PreviewGrid, WritesTheNamesOfTheClasses) {
    const RgbImage grid = preview_grid(two_classes(2), {1, 1});
    const int top = 4 + 11 + 1;  // the second row's name stands in the middle of its 9 points
    const std::string name = "long";
    for (int x = 0; x < 4 * 6; ++x) {
        for (int y = 0; y < kGlyphHeight - 1; ++y) {
            const bool inked =
                x % 6 < kGlyphWidth && glyph_point(name[static_cast<std::size_t>(x / 6)], x % 6, y);
            EXPECT_EQ(pixel(grid, 4 + x, top + y), (inked ? Color{40, 44, 52} : Color{255, 255, 255}))
                << x << y;
        }
    }
}

TEST(PreviewGrid, RefusesWhatItCannotShow) {
    const Dataset set = two_classes(4);
    EXPECT_THROW(preview_grid(set, {0, 1}), InvalidArgument);
    EXPECT_THROW(preview_grid(set, {101, 1}), InvalidArgument);
    EXPECT_THROW(preview_grid(set, {1, 0}), InvalidArgument);
    EXPECT_THROW(preview_grid(set, {1, 17}), InvalidArgument);
    EXPECT_THROW(preview_grid({{2, 1, 1}, {"x"}, {1, 2}, {0}}, {1, 1}), InvalidArgument);
    EXPECT_THROW(preview_grid({{1, 1, 1}, {}, {}, {}}, {1, 1}), InvalidArgument);
    const Dataset wide{{1, 1, 2000}, {"x"}, std::vector<std::uint8_t>(2000), {0}};
    EXPECT_THROW(preview_grid(wide, {100, 16}), InvalidArgument);
}

TEST(BitmapFont, LettersDiffer) {
    const std::string letters =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-_.,:!&()+'? ";
    std::vector<std::string> shapes;
    for (const char letter : letters) {
        std::string shape;
        for (int y = 0; y < kGlyphHeight; ++y) {
            for (int x = 0; x < kGlyphWidth; ++x) shape += glyph_point(letter, x, y) ? '#' : '.';
        }
        for (const std::string& other : shapes) EXPECT_NE(shape, other) << letter;
        shapes.push_back(shape);
    }
}

}  // namespace
}  // namespace eckart::data
