// What someone sees who has never used the program.
#include <gtest/gtest.h>

#include "bad_call.hpp"
#include "child_process.hpp"
#include "contains.hpp"
#include "folder_listing.hpp"
#include "scratch_folder.hpp"

namespace eckart::test {
namespace {

/// Runs the program where nothing is, and expects that nothing is there afterwards.
std::string shown(const Words& arguments) {
    const ScratchFolder folder;
    const Ended ended = run_eckart({arguments, folder.path()});
    EXPECT_EQ(ended.code, 0);
    EXPECT_EQ(ended.err, "");
    EXPECT_EQ(listing(folder.path()), "");
    return ended.out;
}

TEST(FirstContact, NoArgumentShowsTheFiveCommandsOfAFirstSession) {
    const std::string text = shown({});
    std::size_t commands = 0;
    for (std::size_t at = text.find("\n  eckart "); at != std::string::npos;
         at = text.find("\n  eckart ", at + 1)) {
        ++commands;
    }
    EXPECT_EQ(commands, 5U) << text;
    for (const char* verb : {"demo", "data synth", "train", "compress", "finetune"}) {
        EXPECT_TRUE(contains(text, std::string("\n  eckart ") + verb)) << text;
    }
}

TEST(FirstContact, HelpListsEveryCommandAndTheExitCodes) {
    const std::string text = shown({"--help"});
    for (const char* verb : {"demo", "data", "train", "eval", "inspect", "compress", "sweep", "finetune",
                             "report", "probe", "selfcheck", "generate"}) {
        EXPECT_TRUE(contains(text, std::string("\n  ") + verb + " ")) << verb << "\n" << text;
    }
    EXPECT_TRUE(contains(text, "Exit codes: 0 done")) << text;
}

class HelpOf : public testing::TestWithParam<Words> {};

TEST_P(HelpOf, ShowsCompleteCommandsAsExamples) {
    std::string command = "eckart";
    for (const std::string& word : GetParam()) command += " " + word;
    const std::string text = shown(GetParam() + Words{"--help"});
    EXPECT_TRUE(contains(text, "Examples:\n")) << text;
    EXPECT_TRUE(contains(text, "\n  " + command)) << text;
}

std::string name_of_command(const testing::TestParamInfo<Words>& info) {
    std::string name;
    for (const std::string& word : info.param) name += word;
    return name;
}

INSTANTIATE_TEST_SUITE_P(Commands, HelpOf,
                         testing::Values(Words{"demo"}, Words{"data"}, Words{"data", "fetch"},
                                         Words{"data", "import"}, Words{"data", "synth"},
                                         Words{"data", "info"}, Words{"data", "preview"}, Words{"train"},
                                         Words{"eval"}, Words{"inspect"}, Words{"compress"}, Words{"sweep"},
                                         Words{"finetune"}, Words{"report"}, Words{"probe"},
                                         Words{"probe", "game"}, Words{"selfcheck"}, Words{"generate"},
                                         Words{"generate", "man"}, Words{"generate", "completion"}),
                         name_of_command);

}  // namespace
}  // namespace eckart::test
