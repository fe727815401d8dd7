// eckart probe game: what it prints, and how it ends.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "child_process.hpp"
#include "contains.hpp"
#include "eckart/core/json.hpp"
#include "scratch_folder.hpp"

namespace eckart::test {
namespace {

class ProbeGame : public testing::Test {
  protected:
    [[nodiscard]] Ended play(std::vector<std::string> options) const {
        std::vector<std::string> arguments{"probe", "game"};
        arguments.insert(arguments.end(), options.begin(), options.end());
        return run_eckart({arguments, folder_.path()});
    }

    ScratchFolder folder_;
};

TEST_F(ProbeGame, EndsWithItsVerdict) {
    const Ended ended = play({"--rounds", "100", "--seed", "713"});
    EXPECT_EQ(ended.code, 0) << ended.err;
    EXPECT_TRUE(ended.out.ends_with("\nWell done: 100/100 right answers!\n")) << ended.out;
    EXPECT_TRUE(contains(ended.out, "float32")) << ended.out;
    EXPECT_EQ(ended.err, "");
}

TEST_F(ProbeGame, VerbosePrintsALinePerRound) {
    const Ended ended = play({"--rounds", "12", "--first-round", "90", "--verbose"});
    EXPECT_EQ(ended.code, 0) << ended.err;
    EXPECT_TRUE(contains(ended.out, "gradients")) << ended.out;
    for (int round = 90; round <= 101; ++round) {
        EXPECT_TRUE(contains(ended.out, fmt::format("\n{} ", round))) << round << "\n" << ended.out;
    }
    EXPECT_TRUE(ended.out.ends_with("Well done: 12/12 right answers!\n")) << ended.out;
}

TEST_F(ProbeGame, PrintsOneObject) {
    const Ended ended = play({"--rounds", "5", "--seed", "3", "--dtype", "float64", "--json"});
    ASSERT_EQ(ended.code, 0) << ended.err;
    const Json json = Json::parse(ended.out, nullptr, false);
    EXPECT_EQ(json.value("schema", ""), "eckart.rank-game/1");
    EXPECT_EQ(json["run_record"].value("seed", 0), 3);
    EXPECT_EQ(json.value("right", 0), 5);
    EXPECT_EQ(json.value("dtype", ""), "float64");
    ASSERT_EQ(json["rounds"].size(), 5U);
    for (const Json& round : json["rounds"]) {
        EXPECT_EQ(round.value("rank", 0), round.value("answer", -1));
        EXPECT_EQ(round.value("outcome", ""), "determined");
        EXPECT_EQ(round.value("gradients", 0), round.value("rank", 0) + 3);
        EXPECT_EQ(round.value("values", -1), 0);
    }
}

TEST_F(ProbeGame, ValuesOnlyAsksForNoGradient) {
    const Ended ended = play({"--rounds", "3", "--values", "--dtype", "float64", "--json"});
    ASSERT_EQ(ended.code, 0) << ended.err;
    const Json json = Json::parse(ended.out, nullptr, false);
    EXPECT_EQ(json.value("right", 0), 3);
    for (const Json& round : json["rounds"]) {
        EXPECT_EQ(round.value("gradients", -1), 0);
        EXPECT_GT(round.value("values", 0), 0);
    }
}

TEST_F(ProbeGame, RefusesWhatItDoesNotKnow) {
    const Ended dtype = play({"--dtype", "float16"});
    EXPECT_EQ(dtype.code, 2);
    EXPECT_TRUE(contains(dtype.err, "'float16'; it must be float32 or float64")) << dtype.err;
    EXPECT_EQ(play({"--rounds", "0"}).code, 2);
    EXPECT_EQ(play({"--first-round", "0"}).code, 2);
    EXPECT_EQ(run_eckart({{"probe"}, folder_.path()}).code, 2);
}

}  // namespace
}  // namespace eckart::test
