// eckart probe game
#include <fmt/core.h>

#include <chrono>
#include <memory>
#include <string>

#include "context.hpp"
#include "eckart/probe/rank_game.hpp"
#include "exit_codes.hpp"
#include "probe_verbs.hpp"
#include "run_directory.hpp"
#include "table.hpp"

namespace eckart::cli {
namespace {

using probe::Precision;
using probe::Questions;
using probe::RankGame;
using probe::RankGameOptions;
using probe::Round;

constexpr const char* kSingle = "float32";
constexpr const char* kDouble = "float64";

struct GameArguments {
    CommonOptions common;
    std::int64_t rounds = 100;
    std::int64_t first_round = 1;
    bool values_only = false;
    std::string dtype = kSingle;
    bool verbose = false;
};

std::int64_t calls(const Round& round) {
    return round.calls.values + round.calls.gradients;
}

std::string rounds_table(const RankGame& game, const std::string& unit) {
    Table table({"round", "rank", "answer", unit, ""});
    for (const Round& round : game.rounds) {
        table.add_row({std::to_string(round.number), std::to_string(round.rank),
                       std::to_string(round.answer.rank), with_commas(calls(round)),
                       round.right()     ? "right"
                       : round.decided() ? "WRONG"
                                         : "undecided"});
    }
    return table.text();
}

/// Mean of `number` over all rounds.
double mean(const RankGame& game, std::int64_t (*number)(const Round&)) {
    double sum = 0;
    for (const Round& round : game.rounds) sum += static_cast<double>(number(round));
    return sum / static_cast<double>(game.rounds.size());
}

double mean_calls(const RankGame& game) {
    return mean(game, calls);
}

double mean_rank(const RankGame& game) {
    return mean(game, [](const Round& round) -> std::int64_t { return round.rank; });
}

std::string verdict(const RankGame& game) {
    const auto count = static_cast<std::int64_t>(game.rounds.size());
    if (game.right() == count) return fmt::format("Well done: {}/{} right answers!", count, count);
    return fmt::format("{}/{} right answers, {} wrong, {} undecided", game.right(), count, game.wrong(),
                       game.undecided());
}

void print_game(const RankGame& game, const GameArguments& arguments, double seconds, Context& context) {
    const std::string unit = arguments.values_only ? "values" : "gradients";
    if (arguments.verbose) context.print(rounds_table(game, unit));
    context.print(fmt::format(
        "f(x) = |sin(W2 cos(W1 x))|^2 in {}, W1 (r, 100), W2 (100, r), r in 1 .. 95; the player asks for {}.",
        arguments.dtype, unit));
    context.print(fmt::format("{:.1f} {} a round at a mean rank of {:.1f}; {} rounds in {} on {} {}.",
                              mean_calls(game), unit, mean_rank(game), with_commas(std::ssize(game.rounds)),
                              format_seconds(seconds), context.threads(),
                              context.threads() == 1 ? "thread" : "threads"));
    context.print(verdict(game));
}

Json rounds_json(const RankGame& game) {
    Json rounds = Json::array();
    for (const Round& round : game.rounds) {
        rounds.push_back({{"round", round.number},
                          {"rank", round.rank},
                          {"answer", round.answer.rank},
                          {"outcome", round.decided() ? "determined" : "undecided"},
                          {"values", round.calls.values},
                          {"gradients", round.calls.gradients}});
    }
    return rounds;
}

Json to_json(const RankGame& game, const GameArguments& arguments, double seconds) {
    return {{"dtype", arguments.dtype},
            {"questions", arguments.values_only ? "values" : "gradients"},
            {"outcome", game.interrupted ? "interrupted" : "finished"},
            {"right", game.right()},
            {"wrong", game.wrong()},
            {"undecided", game.undecided()},
            {"mean_calls", game.rounds.empty() ? 0 : mean_calls(game)},
            {"seconds", seconds},
            {"rounds", rounds_json(game)}};
}

void say_how_to_go_on(const RankGame& game, const GameArguments& arguments, Context& context) {
    const std::int64_t done = std::ssize(game.rounds);
    context.progress().on_line(fmt::format(
        "interrupted after {} of {} rounds; the others: eckart probe game --seed {} --dtype {}{} "
        "--first-round {} "
        "--rounds {}",
        done, arguments.rounds, arguments.common.seed, arguments.dtype,
        arguments.values_only ? " --values" : "", arguments.first_round + done, arguments.rounds - done));
}

int run(const GameArguments& arguments, const Session& session) {
    Context context(session, arguments.common);
    RankGameOptions options;
    options.rounds = arguments.rounds;
    options.first_round = arguments.first_round;
    options.seed = arguments.common.seed;
    options.precision = arguments.dtype == kDouble ? Precision::kFloat64 : Precision::kFloat32;
    options.questions = arguments.values_only ? Questions::kValues : Questions::kGradients;
    options.observer = &context.progress();
    options.stop = stop_requested();
    const auto start = std::chrono::steady_clock::now();
    const RankGame game = probe::play_rank_game(options);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (!game.rounds.empty()) print_game(game, arguments, seconds, context);
    context.print_json(
        with_record("eckart.rank-game/1", context.record(""), to_json(game, arguments, seconds)));
    if (!game.interrupted) return kDone;
    say_how_to_go_on(game, arguments, context);
    return interrupt_exit_code();
}

}  // namespace

void add_probe_game(Verb probe, Session& session) {
    Verb verb = probe.add_verb(
        "game", "Play the rank game: name the hidden width of |sin(W2 cos(W1 x))|^2",
        {"eckart probe game --rounds 100 --seed 713 --verbose", "eckart probe game --rounds 10000",
         "eckart probe game --rounds 100 --values --dtype float64"});
    const auto arguments = std::make_shared<GameArguments>();
    verb.add_integer("--rounds", arguments->rounds, 1, 10'000'000, "Rounds to play (default 100)");
    verb.add_integer("--first-round", arguments->first_round, 1, 1'000'000'000'000,
                     "Number of the first round (default 1): goes on where another game ended");
    verb.add_flag("--values", arguments->values_only, "The player gets values only, no gradients");
    verb.add_choice("--dtype", arguments->dtype, {kSingle, kDouble},
                    "Arithmetic of the hidden network (default float32)");
    verb.add_flag("--verbose", arguments->verbose, "Print a line per round");
    verb.add_common_options(arguments->common);
    verb.on_run(session, [arguments, &session] { return run(*arguments, session); });
}

}  // namespace eckart::cli
