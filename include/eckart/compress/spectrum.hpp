#pragma once

#include <cstdint>

#include "eckart/core/matrix.hpp"

#pragma GCC visibility push(default)

namespace eckart::compress {

// What a spectrum s1 >= s2 >= ... >= 0 of a matrix W says, summed in double (docs/maths/eckart-young.md).

/// What W_r, the r leading terms of the decomposition, has of W.
struct Truncation {
    double retained_energy = 1;  ///< sum of the first r s^2 over the sum of all; 1 for W = 0
    double error = 0;            ///< |W - W_r|_F / |W|_F, from the discarded s (Eckart and Young 1936)
};

/// Throws InvalidArgument unless 0 <= rank <= s.size().
Truncation truncation(const VectorF& s, std::int64_t rank);

/// The smallest r >= 1 whose retained energy is at least `share`. Throws InvalidArgument unless 0 < share <=
/// 1 and s has an entry.
std::int64_t rank_for_energy(const VectorF& s, double share);

/// |W|_F^2 / |W|_2^2, in 1 .. rank(W): how many directions W has, without the jumps of the rank. 0 for W = 0.
double stable_rank(const VectorF& s);

}  // namespace eckart::compress

#pragma GCC visibility pop
