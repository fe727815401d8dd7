#include "eckart/probe/value_player.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "eckart/core/error.hpp"
#include "eckart/core/random_matrix.hpp"
#include "eckart/probe/hidden_network.hpp"
#include "error_message.hpp"

namespace eckart::probe {
namespace {

using Eigen::Index;
using test::expect_words;
using test::message_of;

using Function = std::function<double(const VectorD&)>;

/// Any function, which can only be asked for values.
template <class T>
class Formula final : public ValueOracle<T> {
  public:
    Formula(Index dim, Function f) : dim_(dim), f_(std::move(f)) {}
    [[nodiscard]] Index dim() const override { return dim_; }
    T value(const Vector<T>& x) override {
        ++calls;
        farthest = std::max(farthest, x.template cast<double>().norm());
        return static_cast<T>(f_(x.template cast<double>()));
    }

    std::int64_t calls = 0;
    double farthest = 0;

  private:
    Index dim_;
    Function f_;
};

/// The sum of sin(W x + b) for W (rank, dim).
Function waves(Index rank, Index dim, Rng& rng, double frequency = 30) {
    const MatrixD w = frequency * normal_matrix<double>(rank, dim, rng);
    const VectorD b = normal_matrix<double>(rank, 1, rng);
    return [w, b](const VectorD& x) { return (w * x + b).array().sin().sum(); };
}

template <class T>
class ValuePlayer : public ::testing::Test {
  protected:
    static void expect_rank(Index rank, Index dim, const Function& f, const char* what,
                            const ValuePlayerOptions& options = {}) {
        Formula<T> oracle(dim, f);
        Rng rng(20);
        const RankAnswer answer = find_rank_from_values(oracle, rng, options);
        EXPECT_EQ(answer.outcome, RankOutcome::kDetermined) << what << " in " << dim;
        EXPECT_EQ(answer.rank, rank) << what << " in " << dim;
        EXPECT_LE(oracle.farthest, 1.6 * options.radius);
    }
};

using Types = ::testing::Types<float, double>;
TYPED_TEST_SUITE(ValuePlayer, Types);

TEST(ValuePlayerDouble, NamesTheHiddenRankFromTwiceTheSquareOfRankPlusFive) {
    Rng rng(21);
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

TEST(ValuePlayerFloat, NamesTheHiddenRankFromAboutFiveTimesItsSquare) {
    Rng rng(22);
    for (const Index rank : {1, 2, 3, 5, 8, 13, 31, 60, 94, 95}) {
        auto network = HiddenNetwork<float>::draw(rank, rng);
        CountingOracle<float> oracle(network);
        const RankAnswer answer = find_rank_from_values(oracle, rng);
        EXPECT_EQ(answer.outcome, RankOutcome::kDetermined) << rank;
        EXPECT_EQ(answer.rank, rank);
        EXPECT_LE(oracle.calls().values, 5 * rank * rank + 40 * rank + 1000);
        EXPECT_EQ(oracle.calls().gradients, 0);
    }
}

TYPED_TEST(ValuePlayer, NamesTheDimensionWhereTheRankReachesIt) {
    Rng rng(23);
    for (const Index rank : {18, 19, 20, 21, 40}) {
        auto network = HiddenNetwork<TypeParam>::draw(rank, rng, 20);
        const RankAnswer answer = find_rank_from_values(network, rng);
        EXPECT_EQ(answer.outcome, RankOutcome::kDetermined) << rank;
        EXPECT_EQ(answer.rank, std::min<Index>(rank, 20));
    }
}

TYPED_TEST(ValuePlayer, KnowsFunctionsOfOtherKindsInFewDimensions) {
    Rng rng(24);
    for (const Index dim : {1, 2, 3, 5, 12}) {
        for (const Index rank : std::vector<Index>{1, (dim + 1) / 2, dim}) {
            this->expect_rank(rank, dim, waves(rank, dim, rng), "waves");
            const MatrixD w = normal_matrix<double>(rank, dim, rng);
            this->expect_rank(
                rank, dim, [w](const VectorD& x) { return (w * x).squaredNorm(); }, "quadratic");
        }
        this->expect_rank(
            1, dim, [](const VectorD& x) { return 1 - 2 * x[0]; }, "linear");
        // All of it is along (1, .., 1), which is given little weight at first.
        this->expect_rank(
            1, dim, [](const VectorD& x) { return std::sin(30 * x.sum()); }, "sum");
    }
}

TYPED_TEST(ValuePlayer, ConstantsHaveRankZero) {
    for (const Index dim : {1, 5}) {
        for (const double value : {0.0, 3.0, -1e-30, 1e30}) {
            this->expect_rank(
                0, dim, [value](const VectorD&) { return value; }, "constant");
        }
    }
}

TYPED_TEST(ValuePlayer, ScaleOfFunctionAndOfPointsMakeNoDifference) {
    Rng rng(25);
    const Function f = waves(3, 8, rng);
    for (const double scale : {1e-30, 1e-3, 1e30}) {
        this->expect_rank(
            3, 8, [f, scale](const VectorD& x) { return scale * f(x); }, "scaled");
    }
    for (const double scale : {1e-6, 1e6}) {
        ValuePlayerOptions options;
        options.radius = 0.1 * scale;
        this->expect_rank(
            3, 8, [f, scale](const VectorD& x) { return f(x / scale); }, "far", options);
    }
}

TYPED_TEST(ValuePlayer, TheSameSeedAsksTheSameAndAnswersTheSame) {
    Rng rng(26);
    const Function f = waves(4, 9, rng);
    std::vector<std::int64_t> calls;
    for (int i = 0; i < 2; ++i) {
        double sum = 0;
        Formula<TypeParam> oracle(9, [&](const VectorD& x) {
            sum += x[0];
            return f(x);
        });
        Rng same(5);
        EXPECT_EQ(find_rank_from_values(oracle, same).rank, 4);
        calls.push_back(oracle.calls);
        calls.push_back(static_cast<std::int64_t>(std::ldexp(sum, 40)));
    }
    EXPECT_EQ(calls[0], calls[2]);
    EXPECT_EQ(calls[1], calls[3]);
}

TYPED_TEST(ValuePlayer, FindsDirectionsThatAreAThousandTimesWeaker) {
    Rng rng(27);
    MatrixD w = 30 * normal_matrix<double>(3, 10, rng);
    w.row(2) *= 1e-3;
    this->expect_rank(
        3, 10, [w](const VectorD& x) { return (w * x).array().sin().sum(); }, "weak");
}

TYPED_TEST(ValuePlayer, NoiseThatHidesDirectionsLeavesItUndecided) {
    Rng rng(28);
    Rng noise(29);
    const Function f = waves(3, 10, rng);
    for (const double level : {1e-2, 0.1}) {
        Formula<TypeParam> oracle(10, [&](const VectorD& x) { return f(x) + level * noise.normal(); });
        EXPECT_EQ(find_rank_from_values(oracle, rng).outcome, RankOutcome::kUndecided) << level;
        EXPECT_LT(oracle.calls, 5000);
    }
    // Control: noise that leaves them visible.
    this->expect_rank(
        3, 10, [&](const VectorD& x) { return f(x) + 1e-9 * noise.normal(); }, "low noise");
    // Noise alone is a constant.
    this->expect_rank(
        0, 10, [&](const VectorD&) { return noise.normal(); }, "noise");
}

TYPED_TEST(ValuePlayer, KeepsToABudget) {
    Rng rng(30);
    const Function f = waves(3, 10, rng);
    Formula<TypeParam> free(10, f);
    Rng seeded(5);
    const RankAnswer answer = find_rank_from_values(free, seeded);
    EXPECT_EQ(answer.rank, 3);
    ValuePlayerOptions options;
    for (const std::int64_t budget :
         {std::int64_t{1}, std::int64_t{20}, free.calls / 2, free.calls - 1, free.calls}) {
        options.max_values = budget;
        Formula<TypeParam> oracle(10, f);
        Rng same(5);
        const RankAnswer found = find_rank_from_values(oracle, same, options);
        EXPECT_LE(oracle.calls, budget);
        EXPECT_LE(found.rank, 3);
        EXPECT_EQ(found.outcome == RankOutcome::kDetermined, budget == free.calls) << budget;
    }
}

TYPED_TEST(ValuePlayer, NamesTheCallThatGaveNoNumber) {
    Rng rng(31);
    const Function f = waves(3, 10, rng);
    for (const double bad :
         {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
        for (const int call : {1, 7, 60}) {
            int count = 0;
            Formula<TypeParam> oracle(10, [&](const VectorD& x) { return ++count == call ? bad : f(x); });
            const std::string message =
                message_of<NumericalError>([&] { find_rank_from_values(oracle, rng); });
            expect_words(message, {"value " + std::to_string(call) + " ", "finite"});
        }
    }
}

TEST(ValuePlayerOptions, SayWhichFieldIsOutOfRange) {
    const auto message = [](auto change) {
        ValuePlayerOptions options;
        change(options);
        return message_of<InvalidArgument>([&] { options.validate(); });
    };
    const double nan = std::numeric_limits<double>::quiet_NaN();
    for (const double bad : {0.0, -1.0, 1e200, nan}) {
        expect_words(message([&](auto& o) { o.radius = bad; }), {"radius"});
        expect_words(message([&](auto& o) { o.response = bad; }), {"response"});
    }
    for (const double bad : {0.0, 1.5, nan})
        expect_words(message([&](auto& o) { o.common = bad; }), {"common"});
    expect_words(message([](auto& o) { o.surplus = 0; }), {"surplus", "0"});
    expect_words(message([](auto& o) { o.signal = o.noise / 2; }), {"noise", "signal"});
    expect_words(message([](auto& o) { o.max_values = -1; }), {"max_values", "-1"});
    Formula<double> empty(0, [](const VectorD&) { return 0.0; });
    Rng rng(1);
    expect_words(message_of<InvalidArgument>([&] { find_rank_from_values(empty, rng); }), {"dimension 0"});
}

}  // namespace
}  // namespace eckart::probe
