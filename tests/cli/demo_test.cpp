// What `eckart demo` takes for its own in a folder: under --resume, under --force and under neither.
#include "bad_call.hpp"
#include "child_process.hpp"
#include "eckart/core/atomic_file.hpp"
#include "eckart/core/json.hpp"
#include "eckart/data/load.hpp"
#include "eckart/data/synthetic.hpp"
#include "materials.hpp"
#include "scratch_folder.hpp"

namespace eckart::test {
namespace fs = std::filesystem;
namespace {

const Words kStudy{"demo",     "--data", "data",    "--hidden", "16",
                   "--epochs", "1",      "--ranks", "2,3",      "--finetune-epochs",
                   "1",        "--run",  "r"};
const Words kResume = kStudy + Words{"--resume"};

/// demo.json of a killed kStudy with one option, or none, exchanged.
auto begun_with(std::string key = "", Json value = {}) {
    return [key = std::move(key), value = std::move(value)](const fs::path& folder) {
        Json options{{"data_checksum", data::load_dataset(folder / "data").checksum},
                     {"seed", 0},
                     {"epochs", 1},
                     {"hidden", 16},
                     {"ranks", {2, 3}},
                     {"finetune_epochs", 1}};
        if (!key.empty()) options[key] = value;
        const Json study{{"schema", "eckart.demo-options/1"}, {"options", options}};
        fs::create_directory(folder / "r");
        write_file(folder / "r/demo.json", to_text(study), Overwrite::kRefuse);
    };
}

auto file_of_another(std::string name) {
    return [name = std::move(name)](const fs::path& folder) {
        fs::create_directory(folder / "r");
        write_file(folder / "r" / name, "mine", Overwrite::kRefuse);
    };
}

std::vector<BadCall> calls() {
    return {
        {"OtherEpochs", kResume, 2, "epochs 2 instead of 1", begun_with("epochs", 2)},
        {"OtherHidden", kResume, 2, "hidden 32 instead of 16", begun_with("hidden", 32)},
        {"OtherRanks", kResume, 2, "ranks [2] instead of [2,3]", begun_with("ranks", {2})},
        {"OtherSeed", kResume, 2, "seed 5 instead of 0", begun_with("seed", 5)},
        {"OtherTuning", kResume, 2, "finetune_epochs 3 instead of 1", begun_with("finetune_epochs", 3)},
        {"OtherData", kResume, 2, "data_checksum", begun_with("data_checksum", "sha256:0")},
        {"OptionsAreText", kResume, 3, "start over with --force", file_of_another("demo.json")},
        {"ResumeANetwork", kResume, 5, "no demo.json", file_of_another("net.safetensors")},
        {"ResumeOverAnotherFile", kResume, 5, "add --force", file_of_another("training.json")},
        {"StudyThere", kStudy, 5, "by --resume", begun_with()},
        {"FileThere", kStudy, 5, "add --force", file_of_another("rank-3.safetensors")},
    };
}

ECKART_BAD_CALLS(BadDemo, calls());

class Study : public testing::Test {
  protected:
    Study() { lay_out(folder_.path()); }

    [[nodiscard]] Ended run(const Words& words) const { return run_eckart({words, folder_.path()}); }
    [[nodiscard]] bool exists(const std::string& name) const { return fs::exists(folder_ / "r" / name); }

    ScratchFolder folder_;
};

TEST_F(Study, StartsOverWithoutTheFilesOfTheEarlierOne) {
    ASSERT_EQ(run(kStudy).code, 0);
    write_file(folder_ / "r/rank-notes.txt", "mine", Overwrite::kRefuse);
    const Ended ended = run({"demo", "--data", "data", "--hidden", "16", "--epochs", "1", "--ranks", "4",
                             "--finetune-epochs", "1", "--run", "r", "--force"});
    ASSERT_EQ(ended.code, 0) << ended.err;
    EXPECT_TRUE(exists("finetune-r4.json"));
    EXPECT_TRUE(exists("rank-notes.txt"));
    for (const char* old : {"finetune-r2.json", "rank-2.safetensors", "rank-3-tuned.safetensors"}) {
        EXPECT_FALSE(exists(old)) << old;
    }
}

TEST_F(Study, MakesWhatAKilledOneLacks) {
    ASSERT_EQ(run(kStudy).code, 0);
    for (const char* lost : {"compression.json", "rank-3-tuned.safetensors", "sweep.csv", "report.html"}) {
        ASSERT_TRUE(fs::remove(folder_ / "r" / lost)) << lost;
    }
    const Ended ended = run(kResume);
    ASSERT_EQ(ended.code, 0) << ended.err;
    for (const char* made : {"compression.json", "rank-3-tuned.safetensors", "sweep.csv", "report.html"}) {
        EXPECT_TRUE(exists(made)) << made;
    }
}

TEST_F(Study, ResumesOneThatWasKilledBeforeItsFirstCheckpoint) {
    begun_with()(folder_.path());
    write_file(folder_ / "r/data.json", "half of a study", Overwrite::kRefuse);
    const Ended ended = run(kResume);
    EXPECT_EQ(ended.code, 0) << ended.err;
    EXPECT_TRUE(exists("report.html"));
}

}  // namespace
}  // namespace eckart::test
