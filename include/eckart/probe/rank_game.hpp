#pragma once

#include <cstdint>
#include <vector>

#include "eckart/core/progress.hpp"
#include "eckart/core/stop.hpp"
#include "eckart/probe/oracle.hpp"
#include "eckart/probe/rank_answer.hpp"

#pragma GCC visibility push(default)

namespace eckart::probe {

/// In what arithmetic the hidden network answers.
enum class Precision { kFloat32, kFloat64 };
/// What the player may ask for.
enum class Questions { kGradients, kValues };

struct RankGameOptions {
    std::int64_t rounds = 100;
    std::int64_t first_round = 1;  ///< rounds are independent: those from 51 on are the same in every game
    std::uint64_t seed = 0;
    Precision precision = Precision::kFloat32;
    Questions questions = Questions::kGradients;
    Eigen::Index dim = 100;
    Eigen::Index largest_rank = 95;
    ProgressObserver* observer = nullptr;  ///< may be null
    StopRequested stop;

    /// Throws InvalidArgument with the field that is out of range.
    void validate() const;
};

/// One round: a hidden network, and what a player said of it.
struct Round {
    std::int64_t number = 0;
    Eigen::Index rank = 0;  ///< the truth
    RankAnswer answer;
    Calls calls;
    [[nodiscard]] bool decided() const { return answer.outcome == RankOutcome::kDetermined; }
    [[nodiscard]] bool right() const { return decided() && answer.rank == rank; }
};

struct RankGame {
    std::vector<Round> rounds;  ///< by ascending number
    bool interrupted = false;   ///< `stop` asked to end: later rounds are missing

    [[nodiscard]] std::int64_t right() const;
    [[nodiscard]] std::int64_t undecided() const;
    [[nodiscard]] std::int64_t wrong() const;
};

/// Plays the rank game: in each round the rank is uniform in 1 .. largest_rank, a HiddenNetwork is drawn, and
/// a player that holds nothing but its oracle names the rank. Rounds run side by side on the threads that
/// are set, each from its own fork of the seed: results do not depend on their number. `stop` is asked
/// between groups of rounds.
RankGame play_rank_game(const RankGameOptions& options);

}  // namespace eckart::probe

#pragma GCC visibility pop
