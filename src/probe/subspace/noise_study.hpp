#pragma once

#include <algorithm>
#include <cstdint>

#include "eckart/core/rng.hpp"
#include "probe/subspace/questioner.hpp"

namespace eckart::probe {

/// An error of an answer, as the standard deviation of its noise: absolute, or in proportion to the size of
/// the answer.
struct NoiseModel {
    double absolute = 0;
    double relative = 0;
    /// Of an answer of this size.
    [[nodiscard]] double at(double magnitude) const { return std::max(absolute, relative * magnitude); }
};

/// What a few short lines through the box show of a function.
struct NoiseStudy {
    NoiseModel noise;
    double step = 0;  ///< for central differences; 0 where gradients are given
    /// Their error at this step is up to step^2 / 6 times the third derivative: absolute, or in proportion to
    /// the values where the noise is.
    NoiseModel truncation;
    double factor = 1;  ///< the noise is known up to this
};

/// How many values study_values() asks for at least.
std::int64_t least_study_values(bool noise_known);
/// How many gradients study_gradients() asks for at least.
std::int64_t least_study_gradients(bool noise_known);

/// Lines along directions of signs (+-1, ..., +-1): along a unit vector no derivative is larger than that of
/// the whole gradient, and along signs it is about that large, in the one of four along which f varies most.
/// Noise from the difference table, third derivative d from differences at three distances, and from both the
/// step h. The error of a difference h^2 d / 6 + sigma / (sqrt(2) h) is about smallest at (3 sigma /
/// d)^(1/3); half of that is taken, where the truncation, which is known less well, is small beside the
/// noise. Where the noise hides d, its bound takes its place, with 0.8 of the step; then the noise matters,
/// and nine more lines measure it better. `noise` NaN: estimated. More lines, where f is constant along the
/// first, and wider spacings, where its neighbors are equal, are tried while `reserve` calls stay.
NoiseStudy study_values(Questioner& questions, Rng rng, double noise, std::int64_t reserve);
/// The noise of a gradient's largest entry, along such lines. `noise` NaN: estimated.
NoiseStudy study_gradients(Questioner& questions, Rng rng, double noise, std::int64_t reserve);

}  // namespace eckart::probe
