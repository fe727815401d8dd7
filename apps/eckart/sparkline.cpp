#include "sparkline.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace eckart::cli {

std::string sparkline(const std::vector<double>& values, double top, int width) {
    constexpr std::array<const char*, 9> kBars{" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    const std::size_t columns = std::min(values.size(), static_cast<std::size_t>(std::max(width, 1)));
    std::string text;
    for (std::size_t i = 0; i < columns; ++i) {
        const auto begin = values.begin() + static_cast<std::ptrdiff_t>(i * values.size() / columns);
        const auto end = values.begin() + static_cast<std::ptrdiff_t>((i + 1) * values.size() / columns);
        const double mean = std::accumulate(begin, end, 0.0) / static_cast<double>(end - begin);
        const double eighths = top > 0 ? std::clamp(8 * mean / top, 0.0, 8.0) : 0;
        text +=
            kBars[mean > 0 ? std::max<std::size_t>(1, static_cast<std::size_t>(std::lround(eighths))) : 0];
    }
    return text;
}

}  // namespace eckart::cli
