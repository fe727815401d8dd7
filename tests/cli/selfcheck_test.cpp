// eckart selfcheck: what it prints, and that a fault reaches the exit code.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "child_process.hpp"
#include "contains.hpp"
#include "eckart/core/json.hpp"
#include "scratch_folder.hpp"

namespace eckart::test {
namespace {

TEST(SelfcheckCommand, PrintsATableAndLeavesNothingBehind) {
    const ScratchFolder folder;
    const Ended ended = run_eckart({{"selfcheck", "--folder", folder.path().string()}, folder.path()});
    EXPECT_EQ(ended.code, 0) << ended.err;
    for (const char* part : {"Low-rank objective", "Rayleigh quotient", "SVD, float32", "Matrix exponential",
                             "Products of a layer", "Network file", "numbers are within their bounds"}) {
        EXPECT_TRUE(contains(ended.out, part)) << part << "\n" << ended.out;
    }
    EXPECT_FALSE(contains(ended.out, "FAILED"));
    EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(SelfcheckCommand, PrintsItsFindingsAsOneObject) {
    const ScratchFolder folder;
    const Ended ended = run_eckart({{"selfcheck", "--json", "--seed", "9"}, folder.path()});
    ASSERT_EQ(ended.code, 0) << ended.err;
    const Json json = Json::parse(ended.out, nullptr, false);
    EXPECT_EQ(json.value("schema", ""), "eckart.selfcheck/1");
    EXPECT_EQ(json["run_record"].value("seed", 0), 9);
    EXPECT_TRUE(json.value("passed", false));
    std::size_t count = 0;
    for (const Json& check : json["checks"]) count += check["findings"].size();
    EXPECT_EQ(json.value("count", std::size_t{0}), count);
}

TEST(SelfcheckCommand, AFaultIsShownAndEndsWithOne) {
    // Nobody can write there, root included, so that the round trip of a file fails.
    const ScratchFolder folder;
    const Ended ended = run_eckart({{"selfcheck", "--folder", "/proc"}, folder.path()});
    EXPECT_EQ(ended.code, 1);
    EXPECT_TRUE(contains(ended.out, "FAILED Network file, could not be run: ")) << ended.out;
    EXPECT_TRUE(contains(ended.err, "eckart: selfcheck: 1 of ")) << ended.err;
    EXPECT_TRUE(contains(ended.err, "/proc")) << ended.err;
    EXPECT_EQ(ended.err.find('\n'), ended.err.size() - 1) << "one line";
    const Ended json = run_eckart({{"selfcheck", "--json", "--folder", "/proc"}, folder.path()});
    EXPECT_EQ(json.code, 1);
    EXPECT_FALSE(Json::parse(json.out, nullptr, false).value("passed", true)) << json.out;
}

TEST(SelfcheckCommand, RefusesAFolderThatIsNotThereBeforeItStarts) {
    const ScratchFolder folder;
    const Ended asked = run_eckart({{"selfcheck", "--folder", "no-such-folder"}, folder.path()});
    EXPECT_EQ(asked.code, 5);
    EXPECT_EQ(asked.out, "");
    EXPECT_TRUE(contains(asked.err, "'no-such-folder'")) << asked.err;
    const Ended temporary = run_eckart({{"selfcheck"}, folder.path(), {"TMPDIR=/no-such-folder"}});
    EXPECT_EQ(temporary.code, 5);
    EXPECT_TRUE(contains(temporary.err, "--folder or in TMPDIR")) << temporary.err;
}

}  // namespace
}  // namespace eckart::test
