#pragma once

#include "eckart/core/matrix.hpp"

#pragma GCC visibility push(default)

namespace eckart::probe {

/// {x : lower_i <= x_i <= upper_i}. Normalized coordinates z in [-1, 1]^n are x = (lower + upper) / 2 +
/// (upper - lower) / 2 * z, entry by entry: in them the units of x do not matter.
struct Box {
    VectorD lower;  ///< (n)
    VectorD upper;  ///< (n)

    /// [-1, 1]^n.
    static Box cube(Eigen::Index n);
    /// Throws InvalidArgument, naming the first wrong entry, unless both have n entries and lower < upper,
    /// with both and upper - lower finite, and upper - lower at least 1e-300 and 1e-12 of the larger of both.
    void validate(Eigen::Index n) const;
    /// x of every row of `z` (k, n), never outside the box for z in [-1, 1]^n.
    [[nodiscard]] MatrixD to_x(const MatrixD& z) const;
    /// z of every row of `x` (k, n).
    [[nodiscard]] MatrixD to_z(const MatrixD& x) const;
};

}  // namespace eckart::probe

#pragma GCC visibility pop
