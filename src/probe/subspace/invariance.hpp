#pragma once

#include <cstdint>
#include <vector>

#include "eckart/core/rng.hpp"
#include "probe/subspace/noise_study.hpp"
#include "probe/subspace/questioner.hpp"

namespace eckart::probe {

/// What the test allows for besides the noise of f.
struct Leak {
    double slope = 0;     ///< change of f per unit length outside the subspace that its error may give
    double steepest = 0;  ///< largest gradient seen
    double factor = 1;    ///< the noise is known up to this
};

/// Tests whether f depends on the coordinates in a subspace alone: pairs of points that agree in them must
/// have the same value. The second point of a pair comes from the first by hit and run in the slice of the
/// cube that both share (R. L. Smith, Operations Research 32, 1984), so they are as far apart as two random
/// points, and show variation that a difference over a small step leaves in the noise. A pair stays and is
/// asked again of every later subspace: a change that was seen once must be explained.
class Invariance {
  public:
    /// How the pairs stand to the subspace of `basis` (n, r).
    struct Result {
        Eigen::Index tested = 0;  ///< pairs that differ outside it only, up to the noise
        Eigen::Index broken = 0;  ///< pairs whose values differ by more than noise and leak explain
        double worst = 0;         ///< the largest difference, in standard deviations
        double mean_square = 0;   ///< of the differences of the tested, in standard deviations
        [[nodiscard]] bool passed() const;
    };

    /// Asks for f at `count` uniform points and, for each, at a second one in a random direction orthogonal
    /// to the columns of `basis`. Appends the uniform points to `points` and `values`.
    void add_pairs(Questioner& questions, const MatrixD& basis, const NoiseModel& noise, Eigen::Index count,
                   Rng& rng, MatrixD& points, VectorD& values);
    [[nodiscard]] Result judge(const MatrixD& basis, const Leak& leak) const;
    /// How clearly the differences follow the displacements, whatever the size of the noise: with t_i the
    /// displacement of pair i in the coordinates and in their squares and d_i its difference, the sum of
    /// d_i d_j (t_i, t_j) over i < j, in the standard deviations that it has for random signs of the d_i.
    /// Noise alone exceeds 5 in less than one of two hundred tests; 0 where all differences vanish.
    [[nodiscard]] double trend() const;

  private:
    struct Pair {
        VectorD displacement;
        VectorD of_squares;  ///< displacement of the squares of the coordinates
        double difference = 0;
        double noise = 0;  ///< of the difference
    };
    std::vector<Pair> pairs_;
};

}  // namespace eckart::probe
