// What the program says when a signal ends it.
#include <regex>

#include "bad_call.hpp"
#include "child_process.hpp"
#include "eckart/model/residual_mlp.hpp"
#include "materials.hpp"
#include "scratch_folder.hpp"

namespace eckart::test {
namespace {

// Sends SIGTERM as soon as the program handles it: bit 14 of its mask of caught signals.
constexpr const char* kTerminate =
    "\"$@\" & child=$!\n"
    "until grep -qs '^SigCgt:.*[4567cdef][0-9a-f]\\{3\\}$' /proc/$child/status; do\n"
    "  kill -0 $child 2>/dev/null || exit 99\n"
    "done\n"
    "kill -TERM $child; wait $child";

class Interrupted : public testing::Test {
  protected:
    Interrupted() {
        lay_out(folder_.path());
        save(model::make_initialized({3072, 500, 2, 10}, Rng(0)), folder_ / "large.safetensors");
    }

    [[nodiscard]] Ended run(const Words& words) const {
        return run_program("bash", {Words{"-c", kTerminate, "bash", ECKART_BINARY} + words, folder_.path()});
    }

    ScratchFolder folder_;
};

TEST_F(Interrupted, InspectSaysSo) {
    const Ended ended = run({"inspect", "large.safetensors"});
    EXPECT_EQ(ended.code, 143);
    EXPECT_EQ(ended.err, "interrupted; nothing was written\n");
}

TEST_F(Interrupted, CompressSaysSoAndWritesNoOutput) {
    const Ended ended = run({"compress", "large.safetensors", "--rank", "4", "-o", "new"});
    EXPECT_EQ(ended.code, 143);
    // The layer that was begun may have been finished.
    const std::regex said(
        "interrupted; (nothing was written|[1-9] of 6 layers are done; go on with:\n"
        "  eckart compress large.safetensors --rank 4 -o new --resume)\n");
    EXPECT_TRUE(std::regex_match(ended.err, said)) << ended.err;
    EXPECT_FALSE(std::filesystem::exists(folder_ / "new"));
}

TEST_F(Interrupted, TrainingNamesTheCommandThatGoesOn) {
    const Ended ended =
        run({"train", "--data", "data", "--epochs", "100000", "--force", "-o", "a --force.st", "--"});
    EXPECT_EQ(ended.code, 143);
    EXPECT_TRUE(
        ended.err.ends_with("\n  eckart train --data data --epochs 100000 -o 'a --force.st' --resume --\n"))
        << ended.err;
}

TEST_F(Interrupted, TrainingKeepsForceWhereAnOutputIsToBeReplaced) {
    const Ended ended =
        run({"train", "--data", "data", "--epochs", "100000", "-o", "net.safetensors", "--force"});
    EXPECT_EQ(ended.code, 143);
    EXPECT_TRUE(ended.err.ends_with(" -o net.safetensors --force --resume\n")) << ended.err;
}

}  // namespace
}  // namespace eckart::test
