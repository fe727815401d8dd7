#pragma once

#include "eckart/core/matrix.hpp"

#pragma GCC visibility push(default)

namespace eckart::probe {

/// The span of the gradients accepted so far, and how far a new one is outside it.
///
/// With unit gradients g1 .. gk = Q R (Q with orthonormal columns), a new unit gradient g has the residual
/// e = g - Q Qt g. If it lay in the span but for rounding, so that g = (g1 .. gk) a with a = R^-1 Qt g, then
/// the rounding u of every entry of g and of g1 .. gk would leave
///     |e| of about u sqrt((k + 1) (1 + |a|^2) (n - k) / n);
/// outside() is |e| in these units. The factor k + 1 stands for the cancellation in gradients of functions
/// with k hidden units, (n - k) / n for the part of rounding that is orthogonal to the span.
/// docs/maths/rank-probe.md derives it. Computed in double whatever the gradients' type; 8 n k flops a call.
class GradientSpan {
  public:
    /// `roundoff`: u, the unit roundoff of the gradients. Throws InvalidArgument unless dim >= 1 and
    /// roundoff > 0.
    GradientSpan(Eigen::Index dim, double roundoff);

    /// How a gradient stands to the span, as it is now.
    struct Position {
        VectorD coordinates;  ///< (k): Qt g
        VectorD residual;     ///< (n): g - Q Qt g
        double outside = 0;   ///< 0 once the span is the whole space
    };

    [[nodiscard]] Eigen::Index rank() const { return rank_; }
    /// For `gradient` (n) of length 1.
    [[nodiscard]] Position locate(const VectorD& gradient) const;
    [[nodiscard]] double outside(const VectorD& gradient) const { return locate(gradient).outside; }
    /// Adds the gradient that is located at `position`, outside the span as it is now. Throws InvalidArgument
    /// when that is the whole space.
    void accept(const Position& position);
    void accept(const VectorD& gradient) { accept(locate(gradient)); }

  private:
    double roundoff_;
    Eigen::Index rank_ = 0;
    MatrixD directions_;  ///< (n, n): the first k rows are the columns of Q
    MatrixD r_;           ///< (n, n): the leading (k, k) block is R
};

}  // namespace eckart::probe

#pragma GCC visibility pop
