#pragma once

#include <functional>

#pragma GCC visibility push(default)

namespace eckart {

/// Asked by long computations between steps; true means: finish the current unit, save, and return.
/// An empty function never stops.
using StopRequested = std::function<bool()>;

inline bool should_stop(const StopRequested& stop) {
    return stop && stop();
}

}  // namespace eckart

#pragma GCC visibility pop
