#pragma once

#include <cstdint>

#include "eckart/core/rng.hpp"
#include "eckart/probe/oracle.hpp"
#include "eckart/probe/rank_answer.hpp"

namespace eckart::probe {

struct ValuePlayerOptions {
    /// Length of the points around which f is explored; f should change by much over it.
    double radius = 0.1;
    /// Factor for the component along (1, .., 1) of random points and directions. Where all weights have one
    /// sign, f changes much faster along it than along others, and would leave them to the noise. Not 0,
    /// since f may vary along it alone; at most 1, which favors nothing.
    double common = 1.0 / 300;
    /// Independent directions without effect, beyond those with one, that make a rank believed.
    Eigen::Index surplus = 3;
    /// Double only. What is left of a direction after the others is noise up to `noise` times what noise is
    /// expected to make of it, and signal from `signal` times on; between them nothing is decided.
    double noise = 30;
    double signal = 1000;
    /// Budget of calls; 0: none.
    std::int64_t max_values = 0;

    /// Throws InvalidArgument with the field that is out of range.
    void validate() const;
};

RankAnswer find_rank_from_values(ValueOracle<double>& oracle, Rng& rng,
                                 const ValuePlayerOptions& options = {});

}  // namespace eckart::probe
