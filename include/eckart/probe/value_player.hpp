#pragma once

#include <cstdint>

#include "eckart/core/rng.hpp"
#include "eckart/probe/oracle.hpp"
#include "eckart/probe/rank_answer.hpp"

#pragma GCC visibility push(default)

namespace eckart::probe {

struct ValuePlayerOptions {
    /// Base points have from half of this length to all of it; f should change by much over it.
    double radius = 0.1;
    /// Factor for the component along (1, .., 1) of random directions. Where all weights have one sign, f
    /// changes much faster along it than along others, and would leave them to the noise. Not 0, since f may
    /// vary along it alone; at most 1, which favors nothing.
    double common = 1.0 / 300;
    /// Independent directions without effect, beyond those with one, that make a rank believed.
    Eigen::Index surplus = 3;
    /// Double only. What is left of a direction after the others is noise up to `noise` times what noise is
    /// expected to make of it, and signal from `signal` times on; between them nothing is decided.
    double noise = 30;
    double signal = 1000;
    /// Float only. Displacements are scaled until they change f by this part of its standard deviation: less,
    /// and noise weighs more; more, and the curvature of f does.
    double response = 0.03;
    /// Budget of calls; 0: none but what the method needs.
    std::int64_t max_values = 0;

    /// Throws InvalidArgument with the field that is out of range.
    void validate() const;
};

/// The number r of dimensions that f varies in, from values alone: f(x) = g(W x) with W (r, n) of rank r and
/// g smooth and dependent on all its arguments. Where r >= n it is n; 0 for a constant.
///
/// The matrix of central differences (f(x_i + d_j) - f(x_i - d_j)) / 2 at random points x_i along orthogonal
/// d_j has rank r. It grows by a few rows and columns at a time until a pivoted QR decomposition leaves of
/// `surplus` columns and rows no more than noise. Noise and step are measured: third differences along short
/// lines give the one, first and second differences the other. 2 m (m + 2) values with m = r + surplus, and
/// a dozen to find the step; where r + surplus > n somewhat fewer. O(m^4) flops.
///
/// kUndecided when the budget is used up, or when the gap between signal and noise stays unclear. A direction
/// counts when it rises above the noise: one that is so weak that its differences are no larger than `noise`
/// times their error is not seen. Where f has kinks or regions in which it depends on less, the rank can come
/// out too small. Throws InvalidArgument for options out of range and an oracle without dimensions;
/// NumericalError, naming the call, for a value that is NaN or infinite.
RankAnswer find_rank_from_values(ValueOracle<double>& oracle, Rng& rng,
                                 const ValuePlayerOptions& options = {});

/// The same from values in float, whose noise drowns the weaker directions of that matrix: so each direction
/// is sharpened instead. A displacement d is scaled until f responds by `response`; the part of its responses
/// at all base points that those of the directions known explain is taken off d (least squares), and what is
/// left made longer, again and again. It ends as a direction of its own, when a quarter of the response or
/// more remains unexplained, or as one without effect, when it is half a radius long and f does not respond
/// beyond noise. Stretched like that, even the weakest direction of a random matrix responds clearly.
///
/// About 3.7 r^2 + 40 r + 500 values in the rank game: 1.25 r + 10 points and 2 values for each of them and
/// each direction, a second or third time for directions that needed sharpening. O(r^4) flops.
///
/// kUndecided when the budget is used up, when noise is above 10 % of the response aimed at, or when four
/// directions come to no end. Throws as above.
RankAnswer find_rank_from_values(ValueOracle<float>& oracle, Rng& rng,
                                 const ValuePlayerOptions& options = {});

}  // namespace eckart::probe

#pragma GCC visibility pop
