#include "eckart/probe/rank_game.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <new>
#include <string>
#include <vector>

#include "eckart/core/error.hpp"
#include "eckart/core/threads.hpp"
#include "error_message.hpp"

namespace eckart::probe {
namespace {

using test::expect_words;
using test::message_of;

RankGameOptions small_game(std::int64_t rounds) {
    RankGameOptions options;
    options.rounds = rounds;
    options.seed = 713;
    return options;
}

class RankGameFromGradients : public testing::TestWithParam<Precision> {};

TEST_P(RankGameFromGradients, EveryAnswerIsRightAfterThreeGradientsMoreThanTheRank) {
    RankGameOptions options = small_game(150);
    options.precision = GetParam();
    const RankGame game = play_rank_game(options);
    EXPECT_EQ(game.right(), 150);
    EXPECT_EQ(game.wrong(), 0);
    EXPECT_EQ(game.undecided(), 0);
    EXPECT_FALSE(game.interrupted);
    std::int64_t surplus = 0;
    for (std::size_t i = 0; i < game.rounds.size(); ++i) {
        EXPECT_EQ(game.rounds[i].number, static_cast<std::int64_t>(i) + 1);
        EXPECT_EQ(game.rounds[i].calls.values, 0);
        surplus += game.rounds[i].calls.gradients - game.rounds[i].rank;
    }
    EXPECT_LE(surplus, 150 * 3 + 3);
}

std::string name_of_precision(const testing::TestParamInfo<Precision>& info) {
    return info.param == Precision::kFloat32 ? "Float32" : "Float64";
}

INSTANTIATE_TEST_SUITE_P(Precisions, RankGameFromGradients,
                         testing::Values(Precision::kFloat32, Precision::kFloat64), name_of_precision);

/// What the player of values says is tested beside it; here, that the game hands it an oracle and counts.
TEST(RankGame, ValuesOnlyAsksForNoGradient) {
    for (const Precision precision : {Precision::kFloat32, Precision::kFloat64}) {
        RankGameOptions options = small_game(6);
        options.questions = Questions::kValues;
        options.precision = precision;
        options.dim = 30;
        options.largest_rank = 20;
        const RankGame game = play_rank_game(options);
        EXPECT_EQ(game.wrong(), 0);
        EXPECT_GE(game.right(), 5);
        for (const Round& round : game.rounds) {
            EXPECT_EQ(round.calls.gradients, 0);
            EXPECT_GT(round.calls.values, round.rank);
        }
    }
}

std::vector<std::vector<std::int64_t>> numbers(const RankGame& game) {
    std::vector<std::vector<std::int64_t>> all;
    for (const Round& round : game.rounds) {
        all.push_back({round.number, round.rank, round.answer.rank, round.calls.gradients});
    }
    return all;
}

TEST(RankGame, DoesNotDependOnThreads) {
    const auto play = [](int threads) {
        const ThreadScope scope(threads);
        return numbers(play_rank_game(small_game(70)));
    };
    EXPECT_EQ(play(1), play(2));
}

/// What --first-round rests on: a game may be played in parts.
TEST(RankGame, PartsAreTheGame) {
    RankGameOptions rest = small_game(30);
    rest.first_round = 41;
    const auto whole = numbers(play_rank_game(small_game(70)));
    const auto last = numbers(play_rank_game(rest));
    EXPECT_EQ(std::vector(whole.begin() + 40, whole.end()), last);
}

TEST(RankGame, OtherSeedsAreOtherGames) {
    RankGameOptions other = small_game(20);
    other.seed = 714;
    EXPECT_NE(numbers(play_rank_game(small_game(20))), numbers(play_rank_game(other)));
}

TEST(RankGame, StopsBetweenGroups) {
    RankGameOptions options = small_game(1000);
    int looks = 0;
    options.stop = [&] { return ++looks > 1; };
    const RankGame game = play_rank_game(options);
    EXPECT_TRUE(game.interrupted);
    EXPECT_GT(game.rounds.size(), 0U);
    EXPECT_LT(game.rounds.size(), 1000U);
    EXPECT_EQ(game.right(), static_cast<std::int64_t>(game.rounds.size()));
}

TEST(RankGame, CountsWhatIsNotRight) {
    RankGame game;
    game.rounds = {{1, 5, {RankOutcome::kDetermined, 5}, {}},
                   {2, 6, {RankOutcome::kDetermined, 5}, {}},
                   {3, 7, {RankOutcome::kUndecided, 7}, {}}};
    EXPECT_EQ(game.right(), 1);
    EXPECT_EQ(game.wrong(), 1);
    EXPECT_EQ(game.undecided(), 1);
}

TEST(RankGame, WhatARoundThrowsComesOut) {
    RankGameOptions options;
    options.dim = std::numeric_limits<Eigen::Index>::max();
    EXPECT_THROW(play_rank_game(options), std::bad_alloc);
}

TEST(RankGame, RefusesBadOptions) {
    const auto message = [](auto change) {
        RankGameOptions options;
        change(options);
        return message_of<InvalidArgument>([&] { play_rank_game(options); });
    };
    expect_words(message([](auto& o) { o.rounds = 0; }), {"0", "one round"});
    expect_words(message([](auto& o) { o.first_round = 0; }), {"first"});
    expect_words(message([](auto& o) { o.largest_rank = 0; }), {"largest rank", "1 .. 100"});
    expect_words(message([](auto& o) { o.largest_rank = 101; }), {"101"});
}

}  // namespace
}  // namespace eckart::probe
