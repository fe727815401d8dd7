// `eckart compress`, `slice` and `inspect` on model files that Eckart did not train.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <regex>

#include "bad_call.hpp"
#include "child_process.hpp"
#include "contains.hpp"
#include "eckart/core/json.hpp"
#include "folder_listing.hpp"
#include "full_disk.hpp"
#include "materials.hpp"
#include "scratch_folder.hpp"
#include "state_dicts.hpp"

namespace eckart::test {
namespace fs = std::filesystem;
namespace {

void lay_out_foreign(const fs::path& folder) {
    std::vector<std::string> layers;
    save_tensors(mixed_state_dict(6, layers), folder / "model.safetensors");
}

void lay_out_no_layers(const fs::path& folder) {
    Rng rng(1);
    save_tensors({{"norm.weight", random_tensor("F32", {9}, rng)}}, folder / "model.safetensors");
}

void lay_out_nan(const fs::path& folder) {
    Rng rng(1);
    RawTensor tensor = random_tensor("F32", {20, 30}, rng);
    const float bad = std::numeric_limits<float>::quiet_NaN();
    std::copy_n(reinterpret_cast<const unsigned char*>(&bad), sizeof bad, tensor.bytes.begin() + 8);
    save_tensors({{"fc.weight", tensor}}, folder / "model.safetensors");
}

void lay_out_parts(const fs::path& folder) {
    lay_out_foreign(folder);
    fs::create_directory(folder / "out.safetensors.parts");
    write_file(folder / "out.safetensors.parts/manifest.json",
               R"({"schema":"eckart.compression-parts/1","key":{}})", Overwrite::kRefuse);
}

std::vector<BadCall> foreign_calls() {
    const Words compress{"compress", "model.safetensors", "-o", "out.safetensors"};
    const Words ranked = compress + Words{"--rank", "4"};
    return {
        {"NoRankAndNoShare", compress, 2, "--keep", lay_out_foreign},
        {"RankAndShare", ranked + Words{"--keep", "0.5"}, 2, "exclude each other", lay_out_foreign},
        {"ShareOfNothing", compress + Words{"--keep", "0"}, 2, "--keep", lay_out_foreign},
        {"AnotherFormat",
         {"compress", "model.safetensors", "--rank", "4", "-o", "out.onnx"},
         2,
         "which it keeps",
         lay_out_foreign},
        {"NoLayers", ranked, 4, "no linear layer", lay_out_no_layers},
        {"NoLayersToInspect", {"inspect", "model.safetensors"}, 4, "no linear layer", lay_out_no_layers},
        {"NotFinite", ranked, 3, "in 'fc.weight'", lay_out_nan},
        {"NotFiniteToInspect", {"inspect", "model.safetensors"}, 3, "in 'fc.weight'", lay_out_nan},
        {"IncludesNothing", ranked + Words{"--include", "nothing*"}, 2, "names none of the 6",
         lay_out_foreign},
        {"IncludesAConvolution", ranked + Words{"--include", "conv.weight"}, 2, "4 dimensions",
         lay_out_foreign},
        {"ExcludesNothing", ranked + Words{"--exclude", "nothing"}, 2, "names none of the 6",
         lay_out_foreign},
        {"EmptyPattern", ranked + Words{"--include", ""}, 2, "value is empty", lay_out_foreign},
        {"LittleMemory", ranked + Words{"--max-memory", "100M"}, 2, "MB of memory", lay_out_foreign},
        {"MemoryIsNoNumber", ranked + Words{"--max-memory", "much"}, 2, "500M or 2G", lay_out_foreign},
        {"MemoryOfNothing", ranked + Words{"--max-memory", "G"}, 2, "500M or 2G", lay_out_foreign},
        {"NoJobs", ranked + Words{"--jobs", "0"}, 2, "--jobs", lay_out_foreign},
        {"CannotRun", ranked + Words{"--verify", "5"}, 2, "export the model as ONNX", lay_out_foreign},
        {"PartsAreThere", ranked, 5, "add --resume to go on", lay_out_parts},
        {"PartsOfAnotherRun", ranked + Words{"--resume"}, 2, "holds the parts of another run", lay_out_parts},
        {"SliceOfMatrices",
         {"slice", "model.safetensors", "--rank", "4", "-o", "out.safetensors"},
         4,
         "no factored layer",
         lay_out_foreign},
        {"SliceWithoutRank",
         {"slice", "small.safetensors", "-o", "out.safetensors"},
         2,
         "--rank is required"},
        {"SliceWithoutOutput", {"slice", "small.safetensors", "--rank", "2"}, 2, "--output is required"},
        {"SliceOverItsInput",
         {"slice", "small.safetensors", "--rank", "2", "-o", "small.safetensors", "--force"},
         2,
         "name another one"},
        {"SliceOverAFile",
         {"slice", "small.safetensors", "--rank", "2", "-o", "net.safetensors"},
         5,
         "add --force"},
        {"SliceOfNoFile", {"slice", "nothing", "--rank", "2", "-o", "out"}, 5, "No such file"},
    };
}

ECKART_BAD_CALLS(ForeignModel, foreign_calls());

class ForeignModelRun : public testing::Test {
  protected:
    ForeignModelRun() {
        std::vector<std::string> layers;
        tensors_ = mixed_state_dict(6, layers);
        save_tensors(tensors_, folder_ / "model.safetensors");
    }

    [[nodiscard]] Ended run(const Words& words) const { return run_eckart({words, folder_.path()}); }

    /// The one JSON object that a successful command prints.
    [[nodiscard]] Json json(const Words& words) const {
        const Ended ended = run(words + Words{"--json"});
        EXPECT_EQ(ended.code, 0) << ended.err;
        return Json::parse(ended.out, nullptr, false);
    }

    ScratchFolder folder_;
    RawTensors tensors_;
};

TEST_F(ForeignModelRun, CountsBytesAndParametersOfLayersAndFile) {
    const Json json = this->json({"compress", "model.safetensors", "--keep", "0.5", "-o", "out.safetensors"});
    std::uint64_t bytes = 0;
    for (const auto& [name, tensor] : tensors_) bytes += tensor.bytes.size();
    std::uint64_t left = 0;
    for (const auto& [name, tensor] : load_tensors(folder_ / "out.safetensors")) left += tensor.bytes.size();
    EXPECT_EQ(json["totals"]["bytes_before"], bytes);
    EXPECT_EQ(json["totals"]["bytes_after"], left);
    EXPECT_LT(json["totals"]["layers"]["bytes_after"], json["totals"]["layers"]["bytes_before"]);
    EXPECT_EQ(json["keep"], 0.5);
    EXPECT_EQ(json["skipped"].size(), 5U);
    EXPECT_EQ(json["layers"].size(), 6U);
}

TEST_F(ForeignModelRun, PlansWithoutReadingOrWriting) {
    const std::string before = listing(folder_.path());
    const Json json = this->json({"compress", "model.safetensors", "--rank", "4", "--dry-run"});
    EXPECT_EQ(json["schema"], "eckart.compression-plan/1");
    EXPECT_FALSE(json["layers"][0].contains("measured_error"));
    EXPECT_EQ(listing(folder_.path()), before);
}

TEST_F(ForeignModelRun, GivesFilesAndPipesWholeNames) {
    Rng rng(3);
    const std::string begin = "model.transformer.encoder.layers.";
    const std::string end = ".attention.self.query_key_value_projection";
    save_tensors({{begin + "7" + end + ".weight", random_tensor("F32", {400, 30}, rng)},
                  {begin + "17" + end + ".weight", random_tensor("F16", {300, 300}, rng)}},
                 folder_ / "long.safetensors");
    for (const Words& words :
         {Words{"compress", "long.safetensors", "--rank", "4", "-o", "out"},
          Words{"inspect", "long.safetensors"}, Words{"inspect", "long.safetensors", "--no-spectra"}}) {
        const Ended ended = run(words);
        ASSERT_EQ(ended.code, 0) << ended.err;
        EXPECT_TRUE(contains(ended.out, begin + "7" + end)) << ended.out;
        EXPECT_TRUE(contains(ended.out, begin + "17" + end)) << ended.out;
    }
}

TEST_F(ForeignModelRun, SaysWhenNoLayerIsLeft) {
    const Ended ended = run({"compress", "model.safetensors", "--rank", "4", "--exclude", "*", "-o", "out"});
    EXPECT_EQ(ended.code, 4);
    EXPECT_TRUE(contains(ended.err, "left out by --exclude")) << ended.err;
    EXPECT_FALSE(fs::exists(folder_ / "out"));
}

TEST_F(ForeignModelRun, KeepsOthersOutOfItsParts) {
    fs::create_directory(folder_ / "out.parts");
    write_file(folder_ / "out.parts" / "layer-00000.safetensors", "mine", Overwrite::kRefuse);
    const Words command{"compress", "model.safetensors", "--rank", "4", "-o", "out", "--force"};
    const Ended ended = run(command);
    EXPECT_EQ(ended.code, 5);
    EXPECT_TRUE(contains(ended.err, "something else than the parts")) << ended.err;
    EXPECT_TRUE(fs::exists(folder_ / "out.parts" / "layer-00000.safetensors"));
    fs::remove_all(folder_ / "out.parts");
    fs::create_directory(folder_ / "elsewhere");
    fs::create_directory_symlink(folder_ / "elsewhere", folder_ / "out.parts");
    EXPECT_EQ(run(command).code, 5);
    fs::remove(folder_ / "out.parts");
    fs::create_directory(folder_ / "out.parts");
    const int other = open((folder_ / "out.parts").c_str(), O_RDONLY | O_DIRECTORY);
    ASSERT_EQ(flock(other, LOCK_EX), 0);
    EXPECT_TRUE(contains(run(command).err, "another run is writing"));
    close(other);
    EXPECT_EQ(run(command).code, 0);
    EXPECT_FALSE(fs::exists(folder_ / "out.parts"));
}

TEST_F(ForeignModelRun, InspectsAndSlices) {
    const Json whole = json({"inspect", "model.safetensors"});
    ASSERT_EQ(whole["layers"].size(), 5U);
    EXPECT_EQ(whole["layers"][0]["singular_values"].size(), 30U);
    EXPECT_EQ(whole["layers"][3]["name"], "block.2.fc1");
    EXPECT_EQ(whole["layers"][3]["dtype"], "F64");
    EXPECT_EQ(whole["layers"][3]["bytes"], 8 * 33 * 21);
    EXPECT_TRUE(contains(run({"inspect", "model.safetensors", "--no-spectra"}).out, "dtype"));
    const Json shapes = json({"inspect", "model.safetensors", "--no-spectra"});
    EXPECT_FALSE(shapes["layers"][0].contains("singular_values"));
    ASSERT_EQ(run({"compress", "model.safetensors", "--rank", "8", "-o", "first.safetensors"}).code, 0);
    const Json sliced = json({"slice", "first.safetensors", "--rank", "3", "-o", "second.safetensors"});
    EXPECT_EQ(sliced["schema"], "eckart.slice/1");
    for (const Json& layer : sliced["layers"]) {
        EXPECT_EQ(layer["method"], layer["factored"] == true ? "nested" : "");
    }
    EXPECT_EQ(load_tensors(folder_ / "second.safetensors").at("block.0.fc1.0.weight").shape.at(0), 3U);
}

TEST_F(ForeignModelRun, VerifiesANetworkOfItsOwn) {
    lay_out(folder_.path());
    const Json json = this->json(
        {"compress", "net.safetensors", "--rank", "12", "-o", "out.safetensors", "--verify", "300"});
    EXPECT_EQ(json["verification"]["rows"], 300);
    EXPECT_GT(json["verification"]["relative_difference"], 0);
    const Json full = this->json({"compress", "net.safetensors", "--rank", "16", "--allow-larger", "-o",
                                  "full.safetensors", "--verify", "300"});
    EXPECT_LT(full["verification"]["relative_difference"], 1e-4);
    EXPECT_GT(full["verification"]["same_largest_output"], 0.99);
}

/// Four layers that take long enough to be interrupted between them.
class LongRun : public testing::Test {
  protected:
    LongRun() {
        Rng rng(8);
        RawTensors tensors;
        for (int i = 0; i < 4; ++i)
            tensors["fc" + std::to_string(i) + ".weight"] = random_tensor("F32", {600, 500}, rng);
        save_tensors(tensors, folder_ / "model.safetensors");
    }

    /// Ends the run by `signal` as soon as a layer is finished.
    [[nodiscard]] Ended interrupt(const std::string& signal, const Words& words) const {
        const std::string script =
            "\"$@\" & child=$!\n"
            "until ls out.safetensors.parts/layer-* >/dev/null 2>&1; do\n"
            "  kill -0 $child 2>/dev/null || exit 99\n"
            "done\n"
            "kill -" +
            signal + " $child; wait $child";
        return run_program("bash", {Words{"-c", script, "bash", ECKART_BINARY} + words, folder_.path()});
    }

    ScratchFolder folder_;
    const Words compress_{"compress", "model.safetensors", "--rank", "200", "-o", "out.safetensors"};
};

TEST_F(LongRun, GoesOnAfterBeingKilled) {
    const Words whole{"compress", "model.safetensors", "--rank", "200", "-o", "whole.safetensors"};
    ASSERT_EQ(run_eckart({whole, folder_.path()}).code, 0);
    ASSERT_EQ(interrupt("KILL", compress_).code, 137);
    EXPECT_FALSE(fs::exists(folder_ / "out.safetensors"));
    EXPECT_EQ(run_eckart({compress_, folder_.path()}).code, 5);
    const Ended resumed = run_eckart({compress_ + Words{"--resume"}, folder_.path()});
    ASSERT_EQ(resumed.code, 0) << resumed.err;
    EXPECT_EQ(tensor_bytes_of(folder_ / "out.safetensors"), tensor_bytes_of(folder_ / "whole.safetensors"));
    EXPECT_FALSE(fs::exists(folder_ / "out.safetensors.parts"));
}

TEST_F(LongRun, NamesTheCommandThatGoesOn) {
    const Ended ended = interrupt("TERM", compress_);
    ASSERT_EQ(ended.code, 143) << ended.err;
    EXPECT_TRUE(std::regex_match(
        ended.err,
        std::regex("interrupted; [1-4] of 4 layers are done; go on with:\n"
                   "  eckart compress model.safetensors --rank 200 -o out.safetensors --resume\n")))
        << ended.err;
    EXPECT_TRUE(fs::exists(folder_ / "out.safetensors.parts"));
    EXPECT_EQ(run_eckart({compress_ + Words{"--resume"}, folder_.path()}).code, 0);
}

class FullDiskOfParts : public testing::Test {
  protected:
    void SetUp() override {
        if (!disk_.mounted()) GTEST_SKIP() << "a small file system cannot be mounted here";
    }

    Rng rng_{9};
    const ScratchFolder place_;
    const bool made_ = fs::create_directory(place_ / "disk");
    const FullDisk disk_{place_ / "disk"};
};

TEST_F(FullDiskOfParts, LeavesNothing) {
    save_tensors({{"fc.weight", random_tensor("F32", {400, 300}, rng_)}}, place_ / "model.safetensors");
    const std::string before = listing(place_.path());
    const Ended ended =
        run_eckart({{"compress", "model.safetensors", "--rank", "60", "-o", "disk/out"}, place_.path()});
    EXPECT_EQ(ended.code, 5);
    EXPECT_TRUE(contains(ended.err, "free some space")) << ended.err;
    EXPECT_EQ(listing(place_.path()), before);
}

TEST_F(FullDiskOfParts, KeepsTheLayersThatAreDone) {
    save_tensors({{"a.weight", random_tensor("F32", {60, 50}, rng_)},
                  {"b.weight", random_tensor("F32", {400, 300}, rng_)}},
                 place_ / "model.safetensors");
    const Words command{"compress", "model.safetensors", "--keep", "0.5", "-o", "disk/out"};
    const Ended ended = run_eckart({command, place_.path()});
    EXPECT_EQ(ended.code, 5);
    EXPECT_TRUE(contains(ended.err, "1 finished layer waits in 'disk/out.parts': add --resume")) << ended.err;
    EXPECT_FALSE(fs::exists(place_ / "disk/out"));
    disk_.free_space();
    const Ended resumed = run_eckart({command + Words{"--resume"}, place_.path()});
    EXPECT_EQ(resumed.code, 0) << resumed.err;
    EXPECT_TRUE(fs::exists(place_ / "disk/out"));
    EXPECT_FALSE(fs::exists(place_ / "disk/out.parts"));
}

#if defined(__SANITIZE_ADDRESS__)
constexpr bool kMeasuresMemory = false;
#else
constexpr bool kMeasuresMemory = true;
#endif

/// `rows` x `cols` floats of a few directions and noise, row by row into the file.
void write_rows(std::ofstream& file, std::int64_t rows, std::int64_t cols, Rng& rng) {
    const MatrixF right = random_matrix<float>(8, cols, rng);
    for (std::int64_t i = 0; i < rows; ++i) {
        MatrixF row = random_matrix<float>(1, 8, rng) * right;
        for (float& entry : flat(row)) entry += static_cast<float>(rng.uniform(-1, 1));
        file.write(reinterpret_cast<const char*>(row.data()), static_cast<std::streamsize>(4 * cols));
    }
}

TEST(PeakMemory, IsThreeTimesTheLargestLayerAndTwoHundredMegabytesAtMost) {
    if (!kMeasuresMemory) GTEST_SKIP() << "sanitizers take memory of their own";
    const ScratchFolder folder;
    constexpr std::int64_t kRows = 8000;
    constexpr std::int64_t kCols = 6000;
    {
        const Json header{
            {"a.weight",
             {{"dtype", "F32"}, {"shape", {kRows, kCols}}, {"data_offsets", {0, 4 * kRows * kCols}}}},
            {"b.weight",
             {{"dtype", "F32"},
              {"shape", {kRows / 2, kCols}},
              {"data_offsets", {4 * kRows * kCols, 6 * kRows * kCols}}}}};
        const std::string text = to_text(header);
        const std::uint64_t length = text.size();
        std::ofstream file(folder / "model.safetensors", std::ios::binary);
        file.write(reinterpret_cast<const char*>(&length), sizeof length) << text;
        Rng rng(10);
        write_rows(file, kRows, kCols, rng);
        write_rows(file, kRows / 2, kCols, rng);
    }
    const Ended ended =
        run_eckart({{"compress", "model.safetensors", "--rank", "8", "-o", "out.safetensors", "--jobs", "1"},
                    folder.path()});
    ASSERT_EQ(ended.code, 0) << ended.err;
    rusage usage{};
    getrusage(RUSAGE_CHILDREN, &usage);
    const std::int64_t peak = 1024 * static_cast<std::int64_t>(usage.ru_maxrss);
    EXPECT_LE(peak, 3 * 4 * kRows * kCols + 200'000'000);
    RecordProperty("peak", std::to_string(peak));
}

}  // namespace
}  // namespace eckart::test
