#include "eckart/probe/rank_game.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstddef>
#include <exception>
#include <span>

#include "eckart/core/error.hpp"
#include "eckart/core/rng.hpp"
#include "eckart/probe/gradient_player.hpp"
#include "eckart/probe/hidden_network.hpp"
#include "eckart/probe/value_player.hpp"

namespace eckart::probe {

namespace {

/// Rounds between two looks at `stop`: few enough to answer within a second, enough to keep all threads busy.
std::int64_t group_size(Questions questions) {
    return questions == Questions::kGradients ? 64 : 8;
}

template <class T>
RankAnswer ask(GradientOracle<T>& oracle, Questions questions, Rng& rng) {
    if (questions == Questions::kGradients) return find_rank_from_gradients<T>(oracle, rng);
    ValueOracle<T>& values = oracle;
    return find_rank_from_values(values, rng);
}

template <class T>
Round play_round(std::int64_t number, const RankGameOptions& options) {
    const Rng stream = Rng(options.seed).fork("rank game").fork(static_cast<std::uint64_t>(number));
    Rng referee = stream.fork("network");
    Rng player = stream.fork("player");
    Round round;
    round.number = number;
    round.rank =
        1 + static_cast<Eigen::Index>(referee.index(static_cast<std::uint64_t>(options.largest_rank)));
    auto network = HiddenNetwork<T>::draw(round.rank, referee, options.dim);
    CountingOracle<T> oracle(network);
    round.answer = ask<T>(oracle, options.questions, player);
    round.calls = oracle.calls();
    return round;
}

Round play_round(std::int64_t number, const RankGameOptions& options) {
    return options.precision == Precision::kFloat32 ? play_round<float>(number, options)
                                                    : play_round<double>(number, options);
}

/// Rounds first .. first + rounds.size() - 1. An exception must not leave a parallel region, so the first one
/// waits outside.
void play_group(std::int64_t first, std::span<Round> rounds, const RankGameOptions& options) {
    std::exception_ptr failure;
    const auto count = static_cast<std::int64_t>(rounds.size());
#pragma omp parallel for schedule(dynamic)
    for (std::int64_t i = 0; i < count; ++i) {
        try {
            rounds[static_cast<std::size_t>(i)] = play_round(first + i, options);
        } catch (...) {
#pragma omp critical
            if (!failure) failure = std::current_exception();
        }
    }
    if (failure) std::rethrow_exception(failure);
}

std::int64_t count_if(const std::vector<Round>& rounds, bool (*holds)(const Round&)) {
    return std::ranges::count_if(rounds, holds);
}

}  // namespace

void RankGameOptions::validate() const {
    if (rounds < 1 || first_round < 1) {
        throw InvalidArgument(
            fmt::format("the game needs at least one round and a first one of at least 1, not {} and {}",
                        rounds, first_round));
    }
    if (largest_rank < 1 || largest_rank > dim) {
        throw InvalidArgument(
            fmt::format("the largest rank is {}; it must be in 1 .. {}, the dimension", largest_rank, dim));
    }
}

std::int64_t RankGame::right() const {
    return count_if(rounds, [](const Round& round) { return round.right(); });
}

std::int64_t RankGame::undecided() const {
    return count_if(rounds, [](const Round& round) { return !round.decided(); });
}

std::int64_t RankGame::wrong() const {
    return static_cast<std::int64_t>(rounds.size()) - right() - undecided();
}

RankGame play_rank_game(const RankGameOptions& options) {
    options.validate();
    RankGame game;
    while (static_cast<std::int64_t>(game.rounds.size()) < options.rounds) {
        if (should_stop(options.stop)) {
            game.interrupted = true;
            return game;
        }
        const auto done = static_cast<std::int64_t>(game.rounds.size());
        const std::int64_t group = std::min(group_size(options.questions), options.rounds - done);
        game.rounds.resize(static_cast<std::size_t>(done + group));
        play_group(options.first_round + done, std::span(game.rounds).last(static_cast<std::size_t>(group)),
                   options);
        if (options.observer != nullptr) {
            options.observer->on_progress({"rank game", static_cast<std::uint64_t>(done + group),
                                           static_cast<std::uint64_t>(options.rounds), "rounds",
                                           fmt::format("{} right", game.right())});
        }
    }
    return game;
}

}  // namespace eckart::probe
