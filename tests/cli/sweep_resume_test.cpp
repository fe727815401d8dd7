// `eckart sweep --resume`: which points and which files it takes over.
#include "bad_call.hpp"
#include "child_process.hpp"
#include "eckart/core/atomic_file.hpp"
#include "eckart/core/json.hpp"
#include "materials.hpp"
#include "scratch_folder.hpp"

namespace eckart::test {
namespace fs = std::filesystem;
namespace {

const Words kSweep{"sweep", "net.safetensors", "--data", "data", "--batches", "1"};

class SweepResume : public testing::Test {
  protected:
    SweepResume() { lay_out(folder_.path()); }

    [[nodiscard]] Ended run(const Words& more) const { return run_eckart({kSweep + more, folder_.path()}); }
    [[nodiscard]] Json saved() const {
        return Json::parse(read_file(folder_ / "r/sweep.json", 1'000'000), nullptr, false);
    }

    /// A sweep of ranks 1, 2 and 4 that was killed before its end.
    void leave_unfinished() {
        const Ended ended = run({"--ranks", "1,2,4", "--seconds", "0", "--run", "r"});
        ASSERT_EQ(ended.code, 0) << ended.err;
        Json sweep = saved();
        sweep["complete"] = false;
        write_file(folder_ / "r/sweep.json", to_text(sweep), Overwrite::kReplace);
    }

    ScratchFolder folder_;
};

TEST_F(SweepResume, KeepsOnlyTheRanksAskedFor) {
    leave_unfinished();
    const Json before = saved();
    const Ended ended = run({"--ranks", "2,3", "--seconds", "0", "--run", "r", "--resume"});
    ASSERT_EQ(ended.code, 0) << ended.err;
    const Json after = saved();
    ASSERT_EQ(after["points"].size(), 2U);
    EXPECT_EQ(after["points"][0], before["points"][1]);
    EXPECT_EQ(after["points"][1]["rank"], 3);
    EXPECT_EQ(after["complete"], true);
}

TEST_F(SweepResume, RefusesOtherSeconds) {
    leave_unfinished();
    const Ended ended = run({"--ranks", "1,2,4", "--seconds", "0.01", "--run", "r", "--resume"});
    EXPECT_EQ(ended.code, 2);
    EXPECT_NE(ended.err.find("'timing' differs"), std::string::npos) << ended.err;
}

void put_a_table(const fs::path& folder) {
    write_file(folder / "p.csv", "mine", Overwrite::kRefuse);
}

void put_spectra(const fs::path& folder) {
    fs::create_directory(folder / "r");
    write_file(folder / "r/spectra.json", "mine", Overwrite::kRefuse);
}

std::vector<BadCall> calls() {
    const Words resume = kSweep + Words{"--ranks", "2", "--seconds", "0", "--resume"};
    return {
        {"TableWithoutARun", resume + Words{"--csv", "p.csv"}, 5, "add --force", put_a_table},
        {"TableWithANewRun", resume + Words{"--csv", "p.csv", "--run", "r"}, 5, "add --force", put_a_table},
        {"FilesOfNoSweep", resume + Words{"--run", "r"}, 5, "add --force", put_spectra},
    };
}

ECKART_BAD_CALLS(BadSweepResume, calls());

}  // namespace
}  // namespace eckart::test
