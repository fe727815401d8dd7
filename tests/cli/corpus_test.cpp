// The corpora of model files, as the program meets them: every file ends with the exit code of its folder
// and, unless that is 0, with one line on stderr and no output.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "child_process.hpp"
#include "scratch_folder.hpp"

namespace eckart::test {
namespace {

namespace fs = std::filesystem;

struct CorpusFile {
    fs::path path;
    std::string name;       ///< of the test
    std::string extension;  ///< of the output
    int code;
};

void PrintTo(const CorpusFile& file, std::ostream* stream) {
    *stream << file.path;
}

std::string test_name(const std::string& text) {
    std::string name = text;
    std::ranges::replace_if(
        name, [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
    return name;
}

/// The models of tests/corpus/<corpus>/<folder>: files, or folders with a file `inner`.
void add_files(std::vector<CorpusFile>& files, const std::string& corpus, const std::string& folder,
               const std::string& inner, const std::string& extension, int code) {
    const fs::path root = fs::path(ECKART_SOURCE_DIR) / "tests/corpus" / corpus / folder;
    for (const auto& entry : fs::directory_iterator(root)) {
        const std::string stem = entry.path().stem().string();
        const fs::path path = entry.is_directory() ? entry.path() / inner : entry.path();
        // A shard that is missing is a file that cannot be read.
        files.push_back({path, test_name(corpus + "_" + folder + "_" + stem), extension,
                         stem == "shard_missing" ? 5 : code});
    }
}

std::vector<CorpusFile> corpus_files() {
    std::vector<CorpusFile> files;
    for (const auto& [folder, code] : std::vector<std::pair<std::string, int>>{
             {"malformed", 3}, {"wrong_values", 3}, {"left_alone", 4}, {"accepted", 0}}) {
        add_files(files, "onnx", folder, "model.onnx", ".onnx", code);
    }
    const std::string index = ".safetensors.index.json";
    add_files(files, "safetensors_index", "malformed", "model" + index, index, 3);
    add_files(files, "safetensors_index", "accepted", "model" + index, index, 0);
    add_files(files, "safetensors", "malformed", "", ".safetensors", 3);
    std::ranges::sort(files, {}, &CorpusFile::name);
    return files;
}

bool is_printable_line(const std::string& text) {
    return text.starts_with("eckart: ") && text.ends_with('\n') &&
           std::all_of(text.begin(), text.end() - 1, [](unsigned char c) { return c >= 0x20 && c != 0x7f; });
}

class Corpus : public testing::TestWithParam<CorpusFile> {};

TEST_P(Corpus, EndsAsItsFolderSays) {
    const CorpusFile& file = GetParam();
    const ScratchFolder scratch;
    const Ended ended = run_eckart(
        {{"compress", file.path.string(), "-o", "out" + file.extension, "--rank", "1"}, scratch.path()});
    EXPECT_EQ(ended.code, file.code) << ended.err;
    if (file.code == 0) {
        EXPECT_EQ(ended.err, "");
        const Ended again = run_eckart({{"inspect", "out" + file.extension, "--json"}, scratch.path()});
        EXPECT_EQ(again.code, 0) << again.err;
        return;
    }
    EXPECT_TRUE(is_printable_line(ended.err)) << ended.err;
    EXPECT_LT(ended.err.size(), 1000U) << ended.err;
    EXPECT_EQ(ended.out, "");
    EXPECT_TRUE(fs::is_empty(scratch.path()));
}

INSTANTIATE_TEST_SUITE_P(Files, Corpus, testing::ValuesIn(corpus_files()),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace eckart::test
