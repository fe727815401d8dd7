#pragma once

#include <string>
#include <vector>

namespace eckart::cli {

/// Values >= 0 as bars "█▆▃▁" from 0 to `top`, at most `width` columns: each bar is the mean of its share of
/// the values. A bar above 0 is never empty.
std::string sparkline(const std::vector<double>& values, double top, int width);

}  // namespace eckart::cli
