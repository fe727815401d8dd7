#pragma once

#include "eckart/core/matrix.hpp"

#pragma GCC visibility push(default)

namespace eckart::probe {

enum class RankOutcome {
    kDetermined,  ///< the rule that separates signal from noise was met
    kUndecided,   ///< the budget was used up, or nothing separates signal from noise
};

/// What a player says of the hidden width.
struct RankAnswer {
    RankOutcome outcome = RankOutcome::kUndecided;
    Eigen::Index rank = 0;  ///< the best guess where undecided
};

}  // namespace eckart::probe

#pragma GCC visibility pop
