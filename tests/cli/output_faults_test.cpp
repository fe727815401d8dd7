// Outputs that exist, cannot be written, or are something that the command reads.
#include <fstream>

#include "bad_call.hpp"
#include "child_process.hpp"
#include "eckart/core/atomic_file.hpp"
#include "folder_listing.hpp"
#include "full_disk.hpp"
#include "materials.hpp"
#include "scratch_folder.hpp"

namespace eckart::test {
namespace fs = std::filesystem;
namespace {

const Words kTrain{"train", "--data", "data", "--hidden", "16", "--epochs", "1"};
const Words kCompress{"compress", "net.safetensors", "--rank", "4"};
const Words kFinetune{"finetune", "small.safetensors", "--data", "data", "--epochs", "1"};
const Words kSweep{"sweep", "net.safetensors", "--data", "data", "--ranks", "2", "--seconds", "0"};
const Words kPreview{"data", "preview", "data"};

auto file_named(std::string name) {
    return [name = std::move(name)](const fs::path& folder) {
        fs::create_directories((folder / name).parent_path());
        write_file(folder / name, "mine", Overwrite::kRefuse);
    };
}

void lock_for_writing(const fs::path& folder) {
    fs::create_directory(folder / "locked");
    fs::permissions(folder / "locked", fs::perms::owner_read | fs::perms::owner_exec);
}

void link_symbolically(const fs::path& folder) {
    fs::create_symlink("net.safetensors", folder / "link");
}

void link_hard(const fs::path& folder) {
    fs::create_hard_link(folder / "net.safetensors", folder / "link");
}

std::vector<BadCall> existing() {
    const auto out = file_named("out");
    return {
        {"Train", kTrain + Words{"-o", "out"}, 5, "add --force", out},
        {"TrainLog", kTrain + Words{"-o", "new", "--log", "out"}, 5, "add --force", out},
        {"TrainRunFile", kTrain + Words{"-o", "new", "--run", "r"}, 5, "add --force",
         file_named("r/training.json")},
        {"TrainDataImage", kTrain + Words{"-o", "new", "--run", "r"}, 5, "add --force",
         file_named("r/data.png")},
        {"TrainCheckpoint", kTrain + Words{"-o", "new"}, 5, "add --resume", file_named("new.checkpoint")},
        {"Compress", kCompress + Words{"-o", "out"}, 5, "add --force", out},
        {"CompressRunFile", kCompress + Words{"-o", "new", "--run", "r"}, 5, "add --force",
         file_named("r/compression.json")},
        {"Finetune", kFinetune + Words{"-o", "out"}, 5, "add --force", out},
        {"Export", {"export", "net.safetensors", "--onnx", "-o", "out"}, 5, "add --force", out},
        {"FinetuneRunFile", kFinetune + Words{"-o", "new", "--run", "r"}, 5, "add --force",
         file_named("r/finetune-r4.json")},
        {"SweepTable", kSweep + Words{"--csv", "out"}, 5, "add --force", out},
        {"SweepRunFile", kSweep + Words{"--run", "r"}, 5, "add --force", file_named("r/sweep.json")},
        {"Preview", kPreview + Words{"-o", "out"}, 5, "add --force", out},
        {"Synth", {"data", "synth", "data"}, 5, "add --force"},
        {"Import", {"data", "import", "data", "data"}, 5, "add --force"},
        {"Fetch", {"data", "fetch", "cifar10", "data", "--url", "http://127.0.0.1:1/x"}, 5, "add --force"},
        {"Demo", {"demo", "--run", "r"}, 5, "--force", file_named("r/net.safetensors")},
    };
}

std::vector<BadCall> unwritable() {
    return {
        {"MissingFolder", kTrain + Words{"-o", "no/such/out"}, 5, "create it first"},
        {"MissingFolderOfTheLog", kTrain + Words{"-o", "new", "--log", "no/log", "--run", "r"}, 5,
         "create it first"},
        {"MissingFolderOfThePreview", kPreview + Words{"-o", "no/out.png"}, 5, "create it first"},
        {"AFolder", kCompress + Words{"-o", "data", "--force"}, 5, "name a file"},
        {"NoName", kCompress, 2, "add -o FILE"},
        {"EmptyName", kCompress + Words{"-o", ""}, 2, "--output: its value is empty"},
        {"EmptyNameToTrain", kTrain + Words{"-o", ""}, 2, "--output: its value is empty"},
        {"EmptyNameOfTheRun", kTrain + Words{"-o", "new", "--run", ""}, 2, "--run: its value is empty"},
        {"EmptyNameOfTheLog", kTrain + Words{"-o", "new", "--log="}, 2, "--log"},
        {"EmptyNameOfTheTable", kSweep + Words{"--csv", ""}, 2, "--csv: its value is empty"},
        {"EmptyNameOfTheReference", kFinetune + Words{"-o", "new", "--reference", ""}, 2,
         "its value is empty"},
        {"EmptyNameOfTheInput", {"inspect", ""}, 2, "MODEL: its value is empty"},
        {"ADevice", kTrain + Words{"-o", "/dev/null", "--force"}, 5, "not a regular file"},
        {"LongName", kTrain + Words{"-o", std::string(300, 'n')}, 5, "name too long"},
        {"LongNameToResume", kTrain + Words{"--resume", "-o", std::string(300, 'n')}, 5, "name too long"},
        {"LongNameOfTheCheckpoint", kTrain + Words{"-o", std::string(250, 'n')}, 5, "name too long"},
        {"AFolderForTheCheckpoint", kTrain + Words{"-o", "new", "--force"}, 5, "name a file",
         [](const fs::path& folder) { fs::create_directory(folder / "new.checkpoint"); }},
        {"LockedFolder", kTrain + Words{"-o", "locked/out"}, 5, "choose a folder", lock_for_writing, true},
        {"LockedFolderOfTheRun", kTrain + Words{"-o", "new", "--run", "locked/r"}, 5, "name another folder",
         lock_for_writing, true},
        {"LockedFolderToSynth",
         {"data", "synth", "locked/d"},
         5,
         "cannot create the folder",
         lock_for_writing,
         true},
        {"RunDirectoryIsAFile", kTrain + Words{"-o", "new", "--run", "net.safetensors"}, 5,
         "name another folder"},
        {"RunDirectoryUnderAFile", kSweep + Words{"--run", "net.safetensors/r"}, 5, "name another folder"},
        {"DemoFolderIsAFile",
         {"demo", "--data", "data", "--run", "net.safetensors"},
         5,
         "name another folder"},
        {"SynthIntoAFile", {"data", "synth", "net.safetensors"}, 5, "cannot create the folder"},
    };
}

std::vector<BadCall> same_files() {
    const std::string another = "name another one";
    return {
        {"CompressOverItsInput", kCompress + Words{"-o", "net.safetensors", "--force"}, 2, another},
        {"CompressOverItsInputUnforced", kCompress + Words{"-o", "net.safetensors"}, 2, another},
        {"CompressByAnotherPath", kCompress + Words{"-o", "data/../net.safetensors", "--force"}, 2, another},
        {"CompressThroughASymbolicLink", kCompress + Words{"-o", "link", "--force"}, 2, another,
         link_symbolically},
        {"CompressThroughAHardLink", kCompress + Words{"-o", "link", "--force"}, 2, another, link_hard},
        {"CompressIntoItsRunFile", kCompress + Words{"-o", "r/compression.json", "--run", "r"}, 2, another},
        {"CompressOutputIsTheRunDirectory", kCompress + Words{"-o", "r", "--run", "r"}, 2, another},
        {"FinetuneOverItsInput", kFinetune + Words{"-o", "small.safetensors", "--force"}, 2, another},
        {"FinetuneOverItsReference",
         kFinetune + Words{"-o", "net.safetensors", "--force", "--reference", "net.safetensors"}, 2, another},
        {"ExportOverItsInputUnforced", {"export", "net.safetensors", "-o", "net.safetensors"}, 2, another},
        {"ExportOverItsInput",
         {"export", "net.safetensors", "--onnx", "-o", "net.safetensors", "--force"},
         2,
         another},
        {"TrainOverTheNetworkOfFrom",
         {"train", "--data", "data", "--from", "net.safetensors", "-o", "net.safetensors", "--force"},
         2,
         another},
        {"TrainLogIsTheOutput", kTrain + Words{"-o", "out", "--log", "out"}, 2, another},
        {"TrainLogIsTheCheckpoint", kTrain + Words{"-o", "out", "--log", "./out.checkpoint"}, 2, another},
        {"SweepTableOverTheNetwork", kSweep + Words{"--csv", "net.safetensors", "--force"}, 2, another},
        {"SweepTableIsTheRuns", kSweep + Words{"--csv", "r/sweep.csv", "--run", "r"}, 2, another},
        {"PreviewOverTheData", kPreview + Words{"-o", "data/test_batch.bin", "--force"}, 2, another},
    };
}

std::vector<BadCall> on_a_full_disk() {
    const std::string space = "free some space";
    return {
        {"Train", kTrain + Words{"-o", "disk/out", "--json"}, 5, space},
        {"TrainRun", kTrain + Words{"-o", "out", "--run", "disk/r", "--json"}, 5, space},
        {"Compress", {"compress", "net.safetensors", "--rank", "12", "-o", "disk/out", "--json"}, 5, space},
        {"Export", {"export", "net.safetensors", "-o", "disk/out.onnx", "--json"}, 5, space},
        {"FinetuneCheckpoint",
         {"finetune", "small.safetensors", "--data", "data", "-o", "disk/out", "--json"},
         5,
         space},
        {"SweepRun", kSweep + Words{"--run", "disk/r", "--json"}, 5, space},
        {"Preview", kPreview + Words{"-o", "disk/out.png"}, 5, space},
        {"Synth", {"data", "synth", "disk/d"}, 5, space},
        {"Import", {"data", "import", "data", "disk/d"}, 5, space},
    };
}

std::vector<BadCall> on_full_stdout() {
    const std::string what = "cannot write to standard output";
    const std::string full = "/dev/full";
    return {
        {"Eval", {"eval", "net.safetensors", "--data", "data"}, 5, what, {}, false, full},
        {"Inspect", {"inspect", "net.safetensors"}, 5, what, {}, false, full},
        {"InspectJson", {"inspect", "net.safetensors", "--json"}, 5, what, {}, false, full},
        {"Plan", {"compress", "net.safetensors", "--rank", "2", "--dry-run"}, 5, what, {}, false, full},
        {"DataInfo", {"data", "info", "data"}, 5, what, {}, false, full},
        {"NoArguments", {}, 5, what, {}, false, full},
        {"Version", {"--version"}, 5, what, {}, false, full},
        {"Help", {"train", "--help"}, 5, what, {}, false, full},
    };
}

ECKART_BAD_CALLS(ExistingOutput, existing());
ECKART_BAD_CALLS(UnwritableOutput, unwritable());
ECKART_BAD_CALLS(OutputThatIsAnotherFile, same_files());
ECKART_BAD_CALLS(FullStdout, on_full_stdout());

class FullDiskCalls : public testing::TestWithParam<BadCall> {};

TEST_P(FullDiskCalls, IsRefusedInOneLineAndLeavesNothing) {
    const ScratchFolder place;
    fs::create_directory(place / "disk");
    const FullDisk disk(place / "disk");
    if (!disk.mounted()) GTEST_SKIP() << "a small file system cannot be mounted here";
    const std::string before = listing(place.path());
    BadCall call = GetParam();
    call.prepare = [&](const fs::path& folder) {
        fs::create_directory_symlink(place / "disk", folder / "disk");
    };
    expect_refusal(call);
    EXPECT_EQ(listing(place.path()), before);
}

INSTANTIATE_TEST_SUITE_P(Calls, FullDiskCalls, testing::ValuesIn(on_a_full_disk()), name_of);

}  // namespace
}  // namespace eckart::test
