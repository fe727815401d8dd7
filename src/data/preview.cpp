#include "eckart/data/preview.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "data/bitmap_font.hpp"
#include "eckart/core/error.hpp"

namespace eckart::data {
namespace {

using Color = std::array<std::uint8_t, 3>;
constexpr Color kPaper{255, 255, 255};
constexpr Color kInk{40, 44, 52};
constexpr Color kNoImage{232, 232, 232};
constexpr int kGap = 2;     // between images, times the scale
constexpr int kMargin = 4;  // around the grid, times the scale
constexpr int kLargestPreviewSide = 20'000;
constexpr std::size_t kLongestName = 24;  // letters of a class's name that are drawn

std::string shown_name(const std::string& name) {
    if (name.size() <= kLongestName) return name;
    return fmt::format("{}..", std::string_view(name).substr(0, kLongestName - 2));
}

// Positions in screen pixels of everything in the grid.
struct Layout {
    int scale;
    int letter;  // screen pixels per point of the font
    int image_width;
    int image_height;
    int label_width;
    int row_height;
    std::int64_t width;
    std::int64_t height;

    Layout(const Dataset& set, const PreviewOptions& options)
        : scale(options.scale),
          letter(std::max(1, options.scale)),
          image_width(set.shape.width * scale),
          image_height(set.shape.height * scale) {
        std::size_t longest = 0;
        for (const std::string& name : set.class_names) longest = std::max(longest, shown_name(name).size());
        label_width = static_cast<int>(longest) * (kGlyphWidth + 1) * letter + kMargin * scale;
        row_height = std::max(image_height, kGlyphHeight * letter) + kGap * scale;
        const std::int64_t gap = std::int64_t{kGap} * scale;
        width = std::int64_t{2} * kMargin * scale + label_width +
                std::int64_t{options.per_class} * (image_width + kGap * scale) - gap;
        height = std::int64_t{2} * kMargin * scale +
                 static_cast<std::int64_t>(set.class_names.size()) * row_height - gap;
    }
    [[nodiscard]] int column(int index) const {
        return kMargin * scale + label_width + index * (image_width + kGap * scale);
    }
    [[nodiscard]] int row(int index) const { return kMargin * scale + index * row_height; }
};

void fill(RgbImage& canvas, int left, int top, int width, int height, const Color& color) {
    for (int y = top; y < top + height; ++y) {
        std::uint8_t* pixel = canvas.pixels.data() + 3 * (std::ptrdiff_t{y} * canvas.width + left);
        for (int x = 0; x < width; ++x, pixel += 3) std::copy(color.begin(), color.end(), pixel);
    }
}

void draw_text(RgbImage& canvas, int left, int top, const std::string& text, int letter) {
    for (const char character : text) {
        for (int y = 0; y < kGlyphHeight; ++y) {
            for (int x = 0; x < kGlyphWidth; ++x) {
                if (!glyph_point(character, x, y)) continue;
                fill(canvas, left + x * letter, top + y * letter, letter, letter, kInk);
            }
        }
        left += (kGlyphWidth + 1) * letter;
    }
}

void draw_image(RgbImage& canvas, int left, int top, const Dataset& set, std::size_t index, int scale) {
    const auto image = set.image(index);
    const ImageShape& shape = set.shape;
    const auto plane = static_cast<std::size_t>(shape.height) * static_cast<std::size_t>(shape.width);
    const std::size_t step = shape.channels == 3 ? plane : 0;  // gray: the same plane three times
    for (int y = 0; y < shape.height; ++y) {
        for (int x = 0; x < shape.width; ++x) {
            const auto at = static_cast<std::size_t>(y) * static_cast<std::size_t>(shape.width) +
                            static_cast<std::size_t>(x);
            const Color color{image[at], image[at + step], image[at + 2 * step]};
            fill(canvas, left + x * scale, top + y * scale, scale, scale, color);
        }
    }
}

// The first `per_class` images of every class, in one pass.
std::vector<std::vector<std::size_t>> first_of_each_class(const Dataset& set, std::size_t per_class) {
    std::vector<std::vector<std::size_t>> chosen(set.class_names.size());
    for (std::size_t i = 0; i < set.count(); ++i) {
        if (set.labels[i] >= chosen.size()) continue;
        std::vector<std::size_t>& row = chosen[set.labels[i]];
        if (row.size() < per_class) row.push_back(i);
    }
    return chosen;
}

Layout checked_layout(const Dataset& set, const PreviewOptions& options) {
    options.validate();
    if (set.shape.channels != 1 && set.shape.channels != 3) {
        throw InvalidArgument(
            fmt::format("a preview needs images of 1 or 3 channels, found {}", set.shape.channels));
    }
    if (set.class_names.empty()) throw InvalidArgument("a preview needs at least one class, found none");
    const int side = std::max(set.shape.width, set.shape.height);
    if (side <= 0 || side > kLargestPreviewSide) {
        throw InvalidArgument(fmt::format("a preview needs images of 1 to {} pixels a side, found {} x {}",
                                          kLargestPreviewSide, set.shape.width, set.shape.height));
    }
    const Layout layout(set, options);
    if (std::max(layout.width, layout.height) > kLargestPreviewSide) {
        throw InvalidArgument(
            fmt::format("the preview would have {} x {} pixels, more than {} a side; take fewer images per "
                        "class or a smaller "
                        "scale",
                        layout.width, layout.height, kLargestPreviewSide));
    }
    return layout;
}

}  // namespace

void PreviewOptions::validate() const {
    if (per_class < 1 || per_class > 100) {
        throw InvalidArgument(fmt::format("images per class must be 1 to 100, found {}", per_class));
    }
    if (scale < 1 || scale > 16) {
        throw InvalidArgument(fmt::format("the scale of a preview must be 1 to 16, found {}", scale));
    }
}

RgbImage preview_grid(const Dataset& set, const PreviewOptions& options) {
    const Layout layout = checked_layout(set, options);
    RgbImage canvas{static_cast<int>(layout.width), static_cast<int>(layout.height), {}};
    canvas.pixels.resize(static_cast<std::size_t>(3 * layout.width * layout.height));
    fill(canvas, 0, 0, canvas.width, canvas.height, kPaper);
    const auto chosen = first_of_each_class(set, static_cast<std::size_t>(options.per_class));
    for (std::size_t label = 0; label < chosen.size(); ++label) {
        const int top = layout.row(static_cast<int>(label));
        const int text_top = top + (layout.row_height - kGap * layout.scale - 7 * layout.letter) / 2;
        draw_text(canvas, kMargin * layout.scale, std::max(top, text_top), shown_name(set.class_names[label]),
                  layout.letter);
        for (int i = 0; i < options.per_class; ++i) {
            if (static_cast<std::size_t>(i) < chosen[label].size()) {
                draw_image(canvas, layout.column(i), top, set, chosen[label][static_cast<std::size_t>(i)],
                           layout.scale);
            } else {
                fill(canvas, layout.column(i), top, layout.image_width, layout.image_height, kNoImage);
            }
        }
    }
    return canvas;
}

}  // namespace eckart::data
