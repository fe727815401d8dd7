// Data sets, archives and run directories that cannot be used.
#include <fstream>

#include "bad_call.hpp"
#include "eckart/core/atomic_file.hpp"

namespace eckart::test {
namespace fs = std::filesystem;
namespace {

const Words kEval{"eval", "net.safetensors", "--data"};

auto text_file(std::string name, std::string content) {
    return [name = std::move(name), content = std::move(content)](const fs::path& folder) {
        fs::create_directories((folder / name).parent_path());
        write_file(folder / name, content, Overwrite::kRefuse);
    };
}

void make_empty(const fs::path& folder) {
    fs::create_directory(folder / "empty");
}

void cut_batch(const fs::path& folder) {
    fs::resize_file(folder / "data" / "test_batch.bin", 5000);
}

void empty_batch(const fs::path& folder) {
    fs::resize_file(folder / "data" / "data_batch_1.bin", 0);
}

void remove_test_batch(const fs::path& folder) {
    fs::remove(folder / "data" / "test_batch.bin");
}

void spoil_label(const fs::path& folder) {
    std::fstream file(folder / "data" / "test_batch.bin", std::ios::in | std::ios::out | std::ios::binary);
    file.put('\x0a');
}

void lock_folder(const fs::path& folder) {
    fs::permissions(folder / "data", fs::perms::none);
}

void lock_batch(const fs::path& folder) {
    fs::permissions(folder / "data" / "test_batch.bin", fs::perms::none);
}

std::vector<BadCall> data_calls() {
    return {
        {"Missing", kEval + Words{"nowhere"}, 5, "make one with 'eckart data synth'"},
        {"EmptyName", kEval + Words{""}, 2, "--data: its value is empty"},
        {"AFile", kEval + Words{"net.safetensors"}, 5, "it is not a folder"},
        {"EmptyFolder", kEval + Words{"empty"}, 3, "expected are CIFAR-10's", make_empty},
        {"CutBatch", kEval + Words{"data"}, 3, "5000 bytes, not a multiple of 3073", cut_batch},
        {"EmptyBatch", kEval + Words{"data"}, 3, "data_batch_1.bin", empty_batch},
        {"NoTestBatch", kEval + Words{"data"}, 5, "test_batch.bin", remove_test_batch},
        {"Label10", kEval + Words{"data"}, 3, "label 10", spoil_label},
        {"Label10ToTrain",
         {"train", "--data", "data", "-o", "out", "--run", "study"},
         3,
         "label 10",
         spoil_label},
        {"Label10ToDemo", {"demo", "--data", "data", "--run", "study"}, 3, "label 10", spoil_label},
        {"Label10ToInfo", {"data", "info", "data"}, 3, "label 10", spoil_label},
        {"LockedFolder", kEval + Words{"data"}, 5, "Permission denied", lock_folder, true},
        {"LockedBatch", kEval + Words{"data"}, 5, "Permission denied", lock_batch, true},
        {"PreviewOfNothing", {"data", "preview", "nowhere", "-o", "out.png"}, 5, "make one with"},
    };
}

std::vector<BadCall> source_calls() {
    return {
        {"RefusedPort",
         {"data", "fetch", "cifar10", "new/folder", "--url", "http://127.0.0.1:1/cifar.tar.gz"},
         6,
         "give another address with --url"},
        {"MissingFileAddress",
         {"data", "fetch", "cifar10", "new", "--url", "file:///nowhere/cifar.tar.gz"},
         6,
         "give another address with --url"},
        {"ImportOfNothing", {"data", "import", "nowhere", "new"}, 5, "No such file"},
        {"ImportOfGarbage", {"data", "import", "net.safetensors", "new"}, 6, "--no-checksum"},
        {"ImportOfUncheckedGarbage",
         {"data", "import", "net.safetensors", "new", "--no-checksum"},
         3,
         "neither .tar nor .tar.gz"},
        {"ImportOfAnEmptyFolder", {"data", "import", "empty", "new"}, 3, "holds no CIFAR-10", make_empty},
    };
}

std::vector<BadCall> report_calls() {
    return {
        {"Missing", {"report", "nowhere"}, 5, "name the folder that was given to --run"},
        {"AFile", {"report", "net.safetensors"}, 5, "name the folder that was given to --run"},
        {"EmptyFolder", {"report", "empty"}, 3, "eckart demo", make_empty},
        {"MalformedJson",
         {"report", "study"},
         3,
         "study/training.json",
         text_file("study/training.json", "{")},
        {"JsonOfOtherKind",
         {"report", "study"},
         3,
         "sweep.json: the document must be an object",
         text_file("study/sweep.json", "[]")},
        {"Utf8Fault",
         {"report", "study"},
         3,
         "study/data.json",
         text_file("study/data.json", "{\"\xff\": 1}")},
        {"SweepResumedFromGarbage",
         {"sweep", "net.safetensors", "--data", "data", "--run", "study", "--resume"},
         3,
         "drop --resume",
         text_file("study/sweep.json", "[1, 2")},
        {"SweepResumedFromAnother",
         {"sweep", "net.safetensors", "--data", "data", "--run", "study", "--resume"},
         2,
         "start over with --force",
         text_file("study/sweep.json", "{\"points\": [{}]}")},
    };
}

ECKART_BAD_CALLS(BadData, data_calls());
ECKART_BAD_CALLS(BadSource, source_calls());
ECKART_BAD_CALLS(BadRunDirectory, report_calls());

}  // namespace
}  // namespace eckart::test
