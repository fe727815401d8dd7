#pragma once

#include <limits>

namespace eckart::test {

/// Distance from 1 to the next double.
inline constexpr double kEps = std::numeric_limits<double>::epsilon();

}  // namespace eckart::test
