#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <vector>

#include "eckart/probe/oracle.hpp"

#pragma GCC visibility push(default)

namespace eckart::probe {

/// Takes each answer of a batch as soon as it is there: its row in the batch, and f there.
using OnAnswer = std::function<void(Eigen::Index row, double value)>;

/// An oracle whose answers take long, so that those of an unfinished batch are worth keeping, and whose
/// errors name a call by its number.
class NumberedOracle : public ValueOracle<double> {
  public:
    /// (k): f of every row of `points` (k, n). `calls` (k) are the numbers of these calls in the study.
    /// `on_answer`, where not empty, gets every answer once, in any order, also of a batch that then fails.
    virtual VectorD answers(const MatrixD& points, const std::vector<std::int64_t>& calls,
                            const OnAnswer& on_answer) = 0;
};

/// Leaves a computation through an oracle whose `stop` asked to end.
class Interrupted : public std::exception {
  public:
    [[nodiscard]] const char* what() const noexcept override { return "interrupted"; }
};

}  // namespace eckart::probe

#pragma GCC visibility pop
