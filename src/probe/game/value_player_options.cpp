#include <fmt/core.h>

#include "eckart/core/error.hpp"
#include "eckart/probe/value_player.hpp"

namespace eckart::probe {

void ValuePlayerOptions::validate() const {
    if (!(radius >= 1e-15 && radius <= 1e15)) {
        throw InvalidArgument(fmt::format("radius is {}; it must be from 1e-15 to 1e15", radius));
    }
    if (!(common > 0 && common <= 1)) {
        throw InvalidArgument(fmt::format("common is {}; it must be above 0 and at most 1", common));
    }
    if (surplus < 1 || surplus > 1000) {
        throw InvalidArgument(fmt::format("surplus is {}; it must be from 1 to 1000", surplus));
    }
    if (!(noise >= 1 && signal >= noise)) {
        throw InvalidArgument(fmt::format(
            "noise is {} and signal {}; noise must be at least 1, and signal at least noise", noise, signal));
    }
    if (!(response >= 1e-4 && response <= 0.5)) {
        throw InvalidArgument(fmt::format("response is {}; it must be from 1e-4 to 0.5", response));
    }
    if (max_values < 0) {
        throw InvalidArgument(fmt::format("max_values is {}; it must be at least 0", max_values));
    }
}

}  // namespace eckart::probe
