// Standard streams that are closed or that nobody reads: no file of ours may take their place.
#include <gtest/gtest.h>
#include <unistd.h>

#include <sstream>

#include "bad_call.hpp"
#include "child_process.hpp"
#include "eckart/core/atomic_file.hpp"
#include "eckart/core/json.hpp"
#include "materials.hpp"
#include "scratch_folder.hpp"

namespace eckart::test {
namespace {

class Streams : public testing::Test {
  protected:
    Streams() { lay_out(folder_.path()); }

    /// A training of two epochs that starts without the given descriptors.
    [[nodiscard]] Ended train_without(const std::vector<int>& descriptors) const {
        Start start{
            {"train", "--data", "data", "--hidden", "16", "--epochs", "2", "-o", "new", "--log", "log"},
            folder_.path()};
        start.closed = descriptors;
        return run_eckart(start);
    }

    /// Both files of that training, whole and without a line that was meant for a stream.
    void expect_sound_files() const {
        std::istringstream log(read_file(folder_ / "log", 1 << 20));
        int epochs = 0;
        for (std::string line; std::getline(log, line); ++epochs) {
            EXPECT_TRUE(Json::accept(line)) << line;
        }
        EXPECT_EQ(epochs, 2);
        const Ended inspected = run_eckart({{"inspect", "new"}, folder_.path()});
        EXPECT_EQ(inspected.code, 0) << inspected.err;
    }

    ScratchFolder folder_;
};

TEST_F(Streams, ClosedStdoutIsAnErrorAndSpoilsNoFile) {
    const Ended ended = train_without({STDOUT_FILENO});
    EXPECT_EQ(ended.code, 5);
    EXPECT_NE(ended.err.find("cannot write to standard output"), std::string::npos) << ended.err;
    expect_sound_files();
}

TEST_F(Streams, ClosedStderrSpoilsNoFile) {
    EXPECT_EQ(train_without({STDERR_FILENO}).code, 0);
    expect_sound_files();
}

TEST_F(Streams, AllClosedSpoilsNoFile) {
    EXPECT_EQ(train_without({STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}).code, 5);
    expect_sound_files();
}

TEST_F(Streams, FullStdoutLosesNoTraining) {
    const Ended ended = run_eckart(
        {{"train", "--data", "data", "--hidden", "16", "--epochs", "2", "-o", "new", "--log", "log"},
         folder_.path(),
         {},
         "/dev/full"});
    EXPECT_EQ(ended.code, 5);
    expect_sound_files();
}

}  // namespace
}  // namespace eckart::test
