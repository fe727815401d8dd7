// Random functions of r combinations of n variables: how often the answer is right, and that none is wrong.
#include <gtest/gtest.h>

#include <cmath>

#include "sample_functions.hpp"

namespace eckart::probe {
namespace {

using test::FunctionOracle;

struct Tally {
    int right = 0;  ///< r, or all for r = n
    int gap = 0;    ///< fewer, behind a gap that is there
    int undecided = 0;
    int wrong = 0;
    int beyond = 0;  ///< subspaces further from the true one than estimated
};

/// Whether the first k true eigenvalues are apart from the others: half of what is asked of the estimate.
bool has_gap(const FunctionOracle& oracle, const ActiveSubspace& found) {
    const Eigen::Index n = oracle.dim();
    const Eigen::Index k = found.dimension;
    MatrixD gradients(2000, n);
    Rng rng(99);
    for (Eigen::Index i = 0; i < gradients.rows(); ++i) {
        VectorD z(n);
        for (double& entry : z) entry = (1 - found.step) * rng.uniform(-1, 1);
        gradients.row(i) = oracle.g(z).transpose();
    }
    const VectorD s = linalg::thin_svd<double>(gradients).s.cwiseAbs2();
    return k > 0 && s[k - 1] >= 5 * s[k] && s.tail(n - k).sum() <= 0.2 * s.sum();
}

Tally play(int count, Eigen::Index largest, double noise, bool gradients, std::int64_t max_calls) {
    Tally tally;
    for (int i = 0; i < count; ++i) {
        Rng rng = Rng(713).fork(static_cast<std::uint64_t>(i));
        const auto n = static_cast<Eigen::Index>(1 + rng.index(static_cast<std::uint64_t>(largest)));
        const auto r = static_cast<Eigen::Index>(
            1 + rng.index(static_cast<std::uint64_t>(std::min<Eigen::Index>(n, 6))));
        test::Ridge ridge = test::random_ridge(n, r, rng);
        // Noise in proportion to the spread of the values.
        VectorD values(100);
        for (double& value : values) {
            VectorD z(n);
            for (double& entry : z) entry = rng.uniform(-1, 1);
            value = ridge.oracle.f(z);
        }
        ridge.oracle.sigma = noise * std::sqrt((values.array() - values.mean()).square().mean());
        ActiveSubspaceOptions options;
        options.bootstrap = 30;
        options.max_calls = max_calls;
        const auto seed = static_cast<std::uint64_t>(i);
        const ActiveSubspace found =
            gradients ? ridge.oracle.from_gradients(seed, options) : ridge.oracle.from_values(seed, options);
        if (found.outcome == DimensionOutcome::kUndecided) {
            ++tally.undecided;
        } else if (found.dimension == r) {
            ++tally.right;
            const bool part = found.outcome == DimensionOutcome::kDetermined && r < n;
            if (part && test::subspace_distance(found.basis.leftCols(r), ridge.a) > found.subspace_error)
                ++tally.beyond;
        } else if (found.dimension < r && has_gap(ridge.oracle, found)) {
            ++tally.gap;
            // Without noise that is only the answer where all directions count.
            if (noise == 0 && r < n) ++tally.wrong;
        } else {
            ++tally.wrong;
            ADD_FAILURE() << "case " << i << ": " << found.dimension << " for " << r << " of " << n << ", "
                          << found.reason;
        }
    }
    return tally;
}

TEST(ActiveSubspaceProperty, ExactGradients) {
    const Tally tally = play(300, 20, 0, true, 20'000);
    EXPECT_EQ(tally.wrong, 0);
    EXPECT_EQ(tally.beyond, 0);
    EXPECT_GE(tally.right, 285);
}

TEST(ActiveSubspaceProperty, ExactValues) {
    const Tally tally = play(300, 20, 0, false, 20'000);
    EXPECT_EQ(tally.wrong, 0);
    EXPECT_EQ(tally.beyond, 0);
    EXPECT_GE(tally.right, 285);
}

TEST(ActiveSubspaceProperty, SmallNoise) {
    const Tally tally = play(200, 16, 1e-6, false, 10'000);
    EXPECT_EQ(tally.wrong, 0);
    EXPECT_EQ(tally.beyond, 0);
    EXPECT_GE(tally.right, 188);
}

TEST(ActiveSubspaceProperty, LargeNoise) {
    const Tally tally = play(40, 12, 1e-2, false, 5000);
    EXPECT_EQ(tally.wrong, 0);
    EXPECT_EQ(tally.beyond, 0);
    EXPECT_GE(tally.right + tally.gap, 15);
}

}  // namespace
}  // namespace eckart::probe
