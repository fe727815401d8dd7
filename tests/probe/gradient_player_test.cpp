#include "eckart/probe/gradient_player.hpp"

#include <gtest/gtest.h>

#include <concepts>
#include <functional>
#include <limits>
#include <utility>

#include "eckart/core/error.hpp"
#include "eckart/core/random_matrix.hpp"
#include "eckart/linalg/product.hpp"
#include "error_message.hpp"

// A player is compiled against the oracle's interface alone: this file does not see the hidden network.

namespace eckart::probe {
namespace {

using test::expect_words;
using test::message_of;

/// Knows gradients only.
class Gradients final : public GradientOracle<double> {
  public:
    using Function = std::function<VectorD(const VectorD&)>;
    Gradients(Eigen::Index dim, Function function) : dim_(dim), function_(std::move(function)) {}
    [[nodiscard]] Eigen::Index dim() const override { return dim_; }
    double value(const VectorD&) override { throw std::logic_error("the player asked for a value"); }
    VectorD gradient(const VectorD& x) override {
        ++calls;
        return function_(x);
    }
    std::int64_t calls = 0;

  private:
    Eigen::Index dim_;
    Function function_;
};

/// The gradient of the sum of exp((W x)_i), W (r, n).
Gradients ridge(const MatrixD& w) {
    return {w.cols(), [w](const VectorD& x) -> VectorD {
                const MatrixD inner = linalg::multiply<double>(w, x);
                return linalg::multiply_tn<double>(w, inner.array().exp().matrix()).col(0);
            }};
}

TEST(GradientPlayer, CountsTheDirectionsOfRidgeFunctions) {
    Rng rng(21);
    for (int trial = 0; trial < 200; ++trial) {
        const auto n = static_cast<Eigen::Index>(1 + rng.index(40));
        const auto rank = static_cast<Eigen::Index>(1 + rng.index(static_cast<std::uint64_t>(n)));
        auto oracle = ridge(normal_matrix<double>(rank, n, rng) / std::sqrt(static_cast<double>(n)));
        const RankAnswer answer = find_rank_from_gradients<double>(oracle, rng);
        EXPECT_EQ(answer.outcome, RankOutcome::kDetermined);
        EXPECT_EQ(answer.rank, rank) << n;
        EXPECT_EQ(oracle.calls, rank < n ? rank + 3 : n) << n;
    }
}

TEST(GradientPlayer, MoreUnitsThanInputsSpanTheWholeSpace) {
    Rng rng(22);
    auto oracle = ridge(normal_matrix<double>(12, 5, rng));
    const RankAnswer answer = find_rank_from_gradients<double>(oracle, rng);
    EXPECT_EQ(answer.outcome, RankOutcome::kDetermined);
    EXPECT_EQ(answer.rank, 5);
}

TEST(GradientPlayer, AConstantFunctionHasRankZero) {
    Rng rng(23);
    Gradients oracle(7, [](const VectorD&) { return VectorD::Zero(7); });
    const RankAnswer answer = find_rank_from_gradients<double>(oracle, rng);
    EXPECT_EQ(answer.outcome, RankOutcome::kDetermined);
    EXPECT_EQ(answer.rank, 0);
}

TEST(GradientPlayer, ScaleDoesNotMatter) {
    for (const double scale : {1e-300, 1e-150, 1e150, 1e300}) {
        Rng rng(24);
        const auto w = normal_matrix<double>(6, 20, rng);
        Gradients oracle(20, [&](const VectorD& x) -> VectorD {
            const MatrixD inner = linalg::multiply<double>(w, x);
            return scale * linalg::multiply_tn<double>(w, inner.array().tanh().matrix()).col(0);
        });
        EXPECT_EQ(find_rank_from_gradients<double>(oracle, rng).rank, 6) << scale;
    }
}

/// A function of 4 directions whose gradients have a relative error of 1e-15 per entry.
RankAnswer ask_noisy(const GradientPlayerOptions& options, std::int64_t& calls) {
    Rng rng(25);
    Rng noise(26);
    const auto w = normal_matrix<double>(4, 30, rng);
    Gradients oracle(30, [&](const VectorD& x) -> VectorD {
        const MatrixD inner = linalg::multiply<double>(w, x);
        const VectorD g = linalg::multiply_tn<double>(w, inner.array().cos().matrix()).col(0);
        return g + 1e-15 * g.norm() * normal_matrix<double>(30, 1, noise).col(0);
    });
    const RankAnswer answer = find_rank_from_gradients<double>(oracle, rng, options);
    calls = oracle.calls;
    return answer;
}

/// Noise of tens of roundings is neither inside nor outside: that must be said.
TEST(GradientPlayer, NoiseBeyondRoundingIsUndecidedUnlessItIsKnown) {
    GradientPlayerOptions options;
    std::int64_t calls = 0;
    EXPECT_EQ(ask_noisy(options, calls).outcome, RankOutcome::kUndecided);
    EXPECT_EQ(calls, 30 + 3 + 10);
    options.roundoff = 5e-15;
    const RankAnswer informed = ask_noisy(options, calls);
    EXPECT_EQ(informed.outcome, RankOutcome::kDetermined);
    EXPECT_EQ(informed.rank, 4);
    EXPECT_EQ(calls, 4 + 3);
}

TEST(GradientPlayer, KeepsToItsBudget) {
    Rng rng(27);
    auto oracle = ridge(normal_matrix<double>(9, 20, rng));
    GradientPlayerOptions options;
    options.max_gradients = 5;
    const RankAnswer answer = find_rank_from_gradients<double>(oracle, rng, options);
    EXPECT_EQ(answer.outcome, RankOutcome::kUndecided);
    EXPECT_EQ(answer.rank, 5);
    EXPECT_EQ(oracle.calls, 5);
}

TEST(GradientPlayer, NamesTheCallThatIsNotFinite) {
    Rng rng(28);
    Gradients oracle(3, [n = 0](const VectorD& x) mutable -> VectorD {
        return ++n == 2 ? VectorD::Constant(3, std::numeric_limits<double>::quiet_NaN()) : x;
    });
    expect_words(message_of<NumericalError>([&] { find_rank_from_gradients<double>(oracle, rng); }),
                 {"gradient 2", "NaN"});
}

TEST(GradientPlayer, RefusesBadOptions) {
    const auto message = [](auto change) {
        GradientPlayerOptions options;
        change(options);
        return message_of<InvalidArgument>([&] { options.validate(); });
    };
    expect_words(message([](auto& o) { o.confirmations = 0; }), {"confirmations", "0"});
    expect_words(message([](auto& o) { o.inside = 200; }), {"inside", "200", "100"});
    expect_words(message([](auto& o) { o.outside = 2000; }), {"outside", "2000", "1000"});
    expect_words(message([](auto& o) { o.roundoff = 1; }), {"roundoff", "1"});
    expect_words(message([](auto& o) { o.inside = std::nan(""); }), {"inside", "nan"});
    expect_words(message([](auto& o) { o.max_gradients = -1; }), {"max_gradients", "-1"});
}

template <class Oracle>
concept TellsItsSecret = requires(Oracle oracle) {
    oracle.rank();
}
|| requires(Oracle oracle) {
    oracle.w1();
};

static_assert(!TellsItsSecret<GradientOracle<float>>);
static_assert(!TellsItsSecret<CountingOracle<float>>);
static_assert(std::invocable<decltype(find_rank_from_gradients<float>), GradientOracle<float>&, Rng&,
                             const GradientPlayerOptions&>);

}  // namespace
}  // namespace eckart::probe
