#include "eckart/probe/value_player.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <utility>

#include "eckart/core/error.hpp"
#include "eckart/core/random_matrix.hpp"
#include "eckart/probe/hidden_network.hpp"

namespace eckart::probe {
namespace {

using Eigen::Index;

/// Any function of (n), which counts its calls.
template <class T>
class Formula final : public ValueOracle<T> {
  public:
    Formula(Index dim, std::function<double(const VectorD&)> f) : dim_(dim), f_(std::move(f)) {}
    [[nodiscard]] Index dim() const override { return dim_; }
    T value(const Vector<T>& x) override {
        ++calls;
        return static_cast<T>(f_(x.template cast<double>()));
    }

    std::int64_t calls = 0;

  private:
    Index dim_;
    std::function<double(const VectorD&)> f_;
};

/// f(x) = sum of sin(w + b) over the rows w of W x, of which `rank` are independent.
template <class T>
Formula<T> waves(Index rank, Index dim, Rng& rng, double frequency = 30) {
    const MatrixD w = normal_matrix<double>(rank, dim, rng) * frequency;
    const VectorD b = normal_matrix<double>(rank, 1, rng);
    return Formula<T>(dim, [w, b](const VectorD& x) { return (w * x + b).array().sin().sum(); });
}

TEST(ValuePlayerDouble, NamesTheRankWithinTwoTimesTheSquareOfRankPlusFive) {
    Rng rng(20);
    for (const Index rank : {1, 2, 3, 5, 8, 13, 31, 60, 94, 95}) {
        auto network = HiddenNetwork<double>::draw(rank, rng);
        CountingOracle<double> oracle(network);
        const RankAnswer answer = find_rank_from_values(oracle, rng);
        EXPECT_EQ(answer.outcome, RankOutcome::kDetermined) << rank;
        EXPECT_EQ(answer.rank, rank);
        EXPECT_LE(oracle.calls().values, 2 * (rank + 5) * (rank + 5) + 20);
        EXPECT_EQ(oracle.calls().gradients, 0);
    }
}

TEST(ValuePlayerDouble, AskedOfOtherFunctionsNamesTheirRankUpToTheDimension) {
    Rng rng(21);
    for (const Index dim : {1, 2, 3, 5, 20}) {
        for (const Index rank : {Index{1}, (dim + 1) / 2, dim}) {
            Formula<double> f = waves<double>(rank, dim, rng);
            const RankAnswer answer = find_rank_from_values(f, rng);
            EXPECT_EQ(answer.outcome, RankOutcome::kDetermined) << dim;
            EXPECT_EQ(answer.rank, rank) << dim;
        }
    }
}

}  // namespace
}  // namespace eckart::probe
