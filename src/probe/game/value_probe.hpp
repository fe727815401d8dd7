#pragma once

#include <cstdint>

#include "eckart/core/rng.hpp"
#include "eckart/probe/oracle.hpp"
#include "eckart/probe/value_player.hpp"

namespace eckart::probe {

/// Thrown by ValueProbe and caught by the players: the next questions would exceed the budget.
struct BudgetUsedUp {};

/// Asks an oracle for values and counts them, and draws points and displacements.
///
/// These are multiples of one grid, coarse enough for their sums to be numbers of type T: so a displacement
/// is the same from every point to the last bit, and rounding the question adds nothing to the noise of the
/// answer. Holds references.
template <class T>
class ValueProbe {
  public:
    /// Throws InvalidArgument unless the oracle has at least one dimension.
    ValueProbe(ValueOracle<T>& oracle, Rng& rng, const ValuePlayerOptions& options);

    [[nodiscard]] Eigen::Index dim() const { return dim_; }
    [[nodiscard]] double grid() const { return grid_; }

    /// A random unit vector with little of (1, .., 1); not on the grid.
    VectorD direction();
    /// A random point of a length from half of options.radius to all of it.
    VectorD point();
    [[nodiscard]] VectorD on_grid(const VectorD& x) const { return grid_ * (x / grid_).array().round(); }

    /// (k): f of every row of `points` (k, n), times a power of two that makes the first values about 1 and
    /// their squares harmless. Throws BudgetUsedUp, before anything is asked, where it does not suffice for
    /// all; NumericalError naming the call for NaN and infinity.
    VectorD values(const MatrixD& points);

  private:
    VectorD normal_vector();

    ValueOracle<T>& oracle_;
    Rng& rng_;
    const ValuePlayerOptions& options_;
    Eigen::Index dim_;
    double grid_ = 0;
    double scale_ = 0;  ///< 0: all values were 0 so far
    std::int64_t calls_ = 0;
};

}  // namespace eckart::probe
