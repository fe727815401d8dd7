#pragma once

#include <functional>

namespace eckart::bench {

/// Wall-clock seconds since some fixed moment.
double now();

/// Median time of `work`, run once without timing, then at least five times and for at least `at_least`
/// seconds.
double median_seconds(const std::function<void()>& work, double at_least = 0.4);

}  // namespace eckart::bench
