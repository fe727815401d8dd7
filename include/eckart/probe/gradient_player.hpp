#pragma once

#include <cstdint>

#include "eckart/core/rng.hpp"
#include "eckart/probe/oracle.hpp"
#include "eckart/probe/rank_answer.hpp"

#pragma GCC visibility push(default)

namespace eckart::probe {

struct GradientPlayerOptions {
    /// Gradients that must lie in the span of the others before it is believed to be complete. A new one
    /// lies there by chance, up to rounding, about once in ten thousand times in float32.
    int confirmations = 3;
    // Distances are those of GradientSpan::outside(), in units of what rounding leaves.
    /// Above this a gradient is outside at once; below, it is set aside.
    double certainly_outside = 1000;
    /// Of gradients set aside, the farthest is taken into the span if it is farther than this ...
    double outside = 100;
    /// ... and the span is complete if it is at most this far. In between, more gradients are asked.
    double inside = 3;
    /// Relative error of the gradients' entries. 0: the unit roundoff of T.
    double roundoff = 0;
    /// Budget. 0: dim + confirmations + 10.
    std::int64_t max_gradients = 0;

    /// Throws InvalidArgument with the field that is out of range.
    void validate() const;
};

/// The number of dimensions that gradients of the function span, asked at points uniform in [-1, 1]^n. For
/// f(x) = g(W x) with W (r, n) of rank r <= n and g that depends on all its arguments this is r, with
/// probability one in exact arithmetic (docs/maths/rank-probe.md). At least r + confirmations gradients
/// are asked, where r < n, and usually that many.
///
/// A gradient that is neither outside nor inside beyond doubt waits until more are known: rounding grows with
/// |a|, and shrinks as the span gets better conditioned. kUndecided when the budget is used up first; rank is
/// then that of the span so far. 8 n r^2 flops. Throws NumericalError, naming the call, for a gradient with
/// NaN or infinite entries. T is float or double.
template <class T>
RankAnswer find_rank_from_gradients(GradientOracle<T>& oracle, Rng& rng,
                                    const GradientPlayerOptions& options = {});

}  // namespace eckart::probe

#pragma GCC visibility pop
