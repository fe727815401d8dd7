#pragma once

#include <cstddef>
#include <string_view>

namespace eckart::data {

// Letters of a small bitmap font: kGlyphWidth x kGlyphHeight points, the last two rows for descenders.
inline constexpr int kGlyphWidth = 5;
inline constexpr int kGlyphHeight = 9;

/// Whether the point (x, y) of a letter is inked. Characters that the font lacks look like '?'.
bool glyph_point(char letter, int x, int y);

}  // namespace eckart::data
