// Where results go: one JSON object on stdout under --json, nothing on stderr under --quiet.
#include <gtest/gtest.h>

#include "bad_call.hpp"
#include "child_process.hpp"
#include "eckart/core/atomic_file.hpp"
#include "eckart/core/json.hpp"
#include "eckart/core/run_record.hpp"
#include "materials.hpp"
#include "scratch_folder.hpp"

namespace eckart::test {
namespace {

struct GoodCall {
    std::string name;
    Words arguments;
    std::string schema;  ///< of the object that --json prints
};

void PrintTo(const GoodCall& call, std::ostream* out) {
    for (const std::string& argument : call.arguments) *out << argument << ' ';
}

std::string name_of_call(const testing::TestParamInfo<GoodCall>& call) {
    return call.param.name;
}

/// The folder of lay_out(), with the run directory `study`, and the networks of a
/// complete training and fine-tuning.
class Command : public testing::TestWithParam<GoodCall> {
  protected:
    Command() {
        lay_out(folder_.path());
        save(dense_network(), folder_ / "done.safetensors");
        std::filesystem::copy_file(folder_ / "small.safetensors", folder_ / "tuned.safetensors");
        std::filesystem::create_directory(folder_ / "study");
        const Json study{{"schema", "eckart.data/1"},
                         {"name", "images"},
                         {"classes", Json::array()},
                         {"image_shape", {3, 32, 32}},
                         {"train", {{"count", 40}, {"per_class", Json::array()}}},
                         {"test", {{"count", 20}, {"per_class", Json::array()}}},
                         {"run_record", to_json(capture_run_record("test", 0, 1))}};
        write_file(folder_ / "study/data.json", to_text(study, 1), Overwrite::kRefuse);
    }

    [[nodiscard]] Ended run(const Words& more) const {
        return run_eckart({GetParam().arguments + more, folder_.path()});
    }

    ScratchFolder folder_;
};

TEST_P(Command, PrintsOneJsonObjectWithARunRecord) {
    const Ended ended = run({"--json"});
    ASSERT_EQ(ended.code, 0) << ended.err;
    const Json json = Json::parse(ended.out, nullptr, false);
    ASSERT_TRUE(json.is_object()) << ended.out;
    EXPECT_EQ(json.value("schema", ""), GetParam().schema);
    ASSERT_TRUE(json.contains("run_record")) << ended.out;
    EXPECT_EQ(json["run_record"].value("command", "").substr(0, 7), "eckart ") << json["run_record"];
}

TEST_P(Command, IsSilentOnStderrWhenQuiet) {
    const Ended ended = run({"--quiet"});
    EXPECT_EQ(ended.code, 0);
    EXPECT_EQ(ended.err, "");
}

TEST_P(Command, DrawsNoProgressIntoAPipe) {
    const Ended ended = run({});
    ASSERT_EQ(ended.code, 0) << ended.err;
    for (const char code : {'\r', '\033'}) {
        EXPECT_EQ(ended.out.find(code), std::string::npos) << ended.out;
        EXPECT_EQ(ended.err.find(code), std::string::npos) << ended.err;
    }
}

TEST(FinetuneCommand, NamesTheStepInItsOutputAndItsRunFile) {
    const auto run = [](const Words& more) {
        const ScratchFolder folder;
        lay_out(folder.path());
        const Words finetune{
            "finetune", "small.safetensors", "--data", "data", "--epochs", "1", "-o", "new", "--run",
            "study"};
        const Ended ended = run_eckart({finetune + more, folder.path()});
        EXPECT_EQ(ended.code, 0) << ended.err;
        const Json file =
            Json::parse(read_file(folder / "study/finetune-r4.json", 1'000'000), nullptr, false);
        return std::pair(ended.out, file.value("options", Json()).value("factors", ""));
    };
    const auto [orthogonal, name] = run({"--orthogonal"});
    EXPECT_NE(orthogonal.find("Step: Adam along geodesics"), std::string::npos) << orthogonal;
    EXPECT_EQ(name, "orthogonal");
    const auto [free, no_name] = run({});
    EXPECT_NE(free.find("Step: Adam on the factors"), std::string::npos) << free;
    EXPECT_EQ(no_name, "");
}

TEST(FinetuneCommand, SaysThatOrthogonalFactorsDiverged) {
    const ScratchFolder folder;
    lay_out(folder.path());
    const Words finetune{"finetune", "small.safetensors", "--data",          "data", "-o",
                         "new",      "--orthogonal",      "--learning-rate", "1000", "--quiet"};
    const Ended ended = run_eckart({finetune, folder.path()});
    EXPECT_EQ(ended.code, 1);
    EXPECT_NE(ended.err.find("or the angle of a step was no longer finite at step 1 (epoch 1)"),
              std::string::npos)
        << ended.err;
    EXPECT_FALSE(std::filesystem::exists(folder / "new"));
}

const std::vector<GoodCall> kCalls{
    {"DataSynth", {"data", "synth", "new", "--train", "40", "--test", "20"}, "eckart.data/1"},
    {"DataImport", {"data", "import", "data", "new"}, "eckart.data/1"},
    {"DataInfo", {"data", "info", "data"}, "eckart.data/1"},
    {"DataPreview", {"data", "preview", "data", "-o", "new.png"}, "eckart.preview/1"},
    {"Train",
     {"train", "--data", "data", "--hidden", "16", "--epochs", "1", "-o", "new", "--run", "new-study"},
     "eckart.training/1"},
    {"TrainComplete",
     {"train", "--data", "data", "--hidden", "16", "-o", "done.safetensors", "--resume"},
     "eckart.complete/1"},
    {"FinetuneComplete",
     {"finetune", "small.safetensors", "--data", "data", "-o", "tuned.safetensors", "--resume"},
     "eckart.complete/1"},
    {"Eval", {"eval", "net.safetensors", "--data", "data"}, "eckart.evaluation/1"},
    {"Inspect", {"inspect", "small.safetensors"}, "eckart.inspection/1"},
    {"CompressPlan",
     {"compress", "net.safetensors", "--rank", "4", "--dry-run"},
     "eckart.compression-plan/1"},
    {"Compress", {"compress", "net.safetensors", "--rank", "4", "-o", "new"}, "eckart.compression/1"},
    {"CompressBeyondFullRank",
     {"compress", "net.safetensors", "--rank", "1000000", "-o", "new"},
     "eckart.compression/1"},
    {"Sweep",
     {"sweep", "net.safetensors", "--data", "data", "--ranks", "2", "--seconds", "0", "--run", "new-study"},
     "eckart.sweep/1"},
    {"Finetune",
     {"finetune", "small.safetensors", "--data", "data", "--epochs", "1", "-o", "new", "--run", "new-study"},
     "eckart.finetune/1"},
    {"FinetuneOrthogonal",
     {"finetune", "small.safetensors", "--data", "data", "--epochs", "1", "--orthogonal", "-o", "new",
      "--run", "new-study"},
     "eckart.finetune/1"},
    {"Report", {"report", "study", "--no-plot-files"}, "eckart.report/1"},
    {"Demo",
     {"demo", "--data", "data", "--hidden", "16", "--epochs", "1", "--ranks", "2", "--finetune-epochs", "1"},
     "eckart.demo/1"},
};

INSTANTIATE_TEST_SUITE_P(Commands, Command, testing::ValuesIn(kCalls), name_of_call);

}  // namespace
}  // namespace eckart::test
