#include "probe/subspace/invariance.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace eckart::probe {

namespace {

/// Of one pair, in standard deviations.
constexpr double kLargestDeviation = 4;
/// Variance of x over that of x^2, for x uniform in [-1, 1]: both then weigh the same.
constexpr double kSquares = (1.0 / 3) / (4.0 / 45);
/// Of hit and run, which forgets its start after a few steps for every dimension.
constexpr Eigen::Index kStepsPerDimension = 4;
constexpr Eigen::Index kMostSteps = 400;

/// Unit vector, uniform among those orthogonal to the columns of `basis`.
VectorD random_direction_outside(const MatrixD& basis, Rng& rng) {
    VectorD d(basis.rows());
    while (true) {
        for (double& entry : d) entry = rng.normal();
        const double before = d.norm();
        // Twice, so that it is orthogonal to rounding. Dot products: no BLAS, whose bits depend on threads.
        for (int pass = 0; pass < 2; ++pass) {
            for (Eigen::Index j = 0; j < basis.cols(); ++j) d -= basis.col(j).dot(d) * basis.col(j);
        }
        if (d.norm() > 1e-6 * before) return d.normalized();
    }
}

/// A point of the line z + t d, uniform among those in [-1, 1]^n.
VectorD random_point_on_line(const VectorD& z, const VectorD& d, Rng& rng) {
    double forward = std::numeric_limits<double>::infinity();
    double backward = forward;
    for (Eigen::Index j = 0; j < z.size(); ++j) {
        if (d[j] == 0) continue;
        const double up = (1 - z[j]) / std::abs(d[j]);
        const double down = (1 + z[j]) / std::abs(d[j]);
        forward = std::min(forward, d[j] > 0 ? up : down);
        backward = std::min(backward, d[j] > 0 ? down : up);
    }
    return (z + rng.uniform(-backward, forward) * d).cwiseMax(-1).cwiseMin(1);
}

VectorD random_point(Eigen::Index n, Rng& rng) {
    VectorD z(n);
    for (double& entry : z) entry = rng.uniform(-1, 1);
    return z;
}

/// A random point of the cube with the same coordinates in the subspace as z.
VectorD random_partner(const VectorD& z, const MatrixD& basis, Rng& rng) {
    if (basis.cols() == 0) return random_point(z.size(), rng);
    VectorD partner = z;
    const Eigen::Index steps = std::min(kMostSteps, kStepsPerDimension * (z.size() - basis.cols()));
    for (Eigen::Index i = 0; i < steps; ++i) {
        partner = random_point_on_line(partner, random_direction_outside(basis, rng), rng);
    }
    return partner;
}

}  // namespace

bool Invariance::Result::passed() const {
    // The mean of `tested` squares of normal numbers has the standard deviation sqrt(2 / tested).
    return broken == 0 && (tested == 0 || mean_square <= 1 + 3 * std::sqrt(2 / static_cast<double>(tested)));
}

void Invariance::add_pairs(Questioner& questions, const MatrixD& basis, const NoiseModel& noise,
                           Eigen::Index count, Rng& rng, MatrixD& points, VectorD& values) {
    const Eigen::Index n = questions.dim();
    MatrixD both(2 * count, n);
    for (Eigen::Index i = 0; i < count; ++i) {
        const VectorD z = random_point(n, rng);
        both.row(2 * i) = z.transpose();
        both.row(2 * i + 1) = random_partner(z, basis, rng).transpose();
    }
    const VectorD answers = questions.values(both);
    const Eigen::Index before = points.rows();
    points.conservativeResize(before + count, n);
    values.conservativeResize(before + count);
    for (Eigen::Index i = 0; i < count; ++i) {
        const double a = answers[2 * i];
        const double b = answers[2 * i + 1];
        points.row(before + i) = both.row(2 * i);
        values[before + i] = a;
        const auto from = both.row(2 * i);
        const auto to = both.row(2 * i + 1);
        pairs_.push_back({(to - from).transpose(), (to.cwiseAbs2() - from.cwiseAbs2()).transpose(), b - a,
                          std::hypot(noise.at(std::abs(a)), noise.at(std::abs(b)))});
    }
}

double Invariance::trend() const {
    double largest = 0;
    for (const Pair& pair : pairs_) largest = std::max(largest, std::abs(pair.difference));
    if (largest == 0) return 0;
    double sum = 0;
    double variance = 0;
    for (std::size_t i = 0; i < pairs_.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            const double alike = pairs_[i].displacement.dot(pairs_[j].displacement) +
                                 kSquares * pairs_[i].of_squares.dot(pairs_[j].of_squares);
            const double term = pairs_[i].difference / largest * (pairs_[j].difference / largest) * alike;
            sum += term;
            variance += term * term;
        }
    }
    return variance > 0 ? sum / std::sqrt(variance) : 0;
}

Invariance::Result Invariance::judge(const MatrixD& basis, const Leak& leak) const {
    Result result;
    for (const Pair& pair : pairs_) {
        double inside = 0;
        for (Eigen::Index j = 0; j < basis.cols(); ++j) {
            inside = std::hypot(inside, basis.col(j).dot(pair.displacement));
        }
        const double expected = std::hypot(leak.factor * pair.noise, leak.slope * pair.displacement.norm());
        const double explained = leak.steepest * inside;
        const double allowed = std::hypot(expected, explained);
        double deviation = 0;
        if (pair.difference != 0) {
            deviation =
                allowed > 0 ? std::abs(pair.difference) / allowed : std::numeric_limits<double>::infinity();
        }
        result.worst = std::max(result.worst, deviation);
        if (deviation > kLargestDeviation) ++result.broken;
        if (explained <= expected) {
            ++result.tested;
            result.mean_square += deviation * deviation;
        }
    }
    if (result.tested > 0) result.mean_square /= static_cast<double>(result.tested);
    return result;
}

}  // namespace eckart::probe
