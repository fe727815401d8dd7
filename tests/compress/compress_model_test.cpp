// Model files compressed layer by layer: the factors, what resumes, what is refused.
#include "eckart/compress/compress_model.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <iterator>

#include "contains.hpp"
#include "eckart/compress/singular_values.hpp"
#include "eckart/compress/slice_model.hpp"
#include "eckart/core/atomic_file.hpp"
#include "eckart/core/error.hpp"
#include "eckart/linalg/svd.hpp"
#include "error_message.hpp"
#include "scratch_folder.hpp"
#include "state_dicts.hpp"

namespace eckart::compress {
namespace {

namespace fs = std::filesystem;
using test::RawTensor;
using test::RawTensors;

/// What rounding to the dtype of the factors may add to an error.
double rounding_of(const std::string& dtype) {
    if (dtype == "BF16") return 2e-2;
    if (dtype == "F16") return 2e-3;
    return dtype == "F32" ? 1e-5 : 1e-12;
}

class StoredModel : public testing::Test {
  protected:
    StoredModel() : tensors_(test::mixed_state_dict(3, layers_)) {
        test::save_tensors(tensors_, path_);
        model_ = io::open_model(path_);
        options_.rank = 5;
    }

    CompressedModel run(const std::string& name, EarlierParts earlier = EarlierParts::kRefuse,
                        const StopRequested& stop = {}) const {
        ProgressObserver progress;
        ModelOutput output;
        output.target = folder_ / name;
        output.earlier = earlier;
        return compress_model(*model_, options_, output, progress, stop);
    }

    /// |W - B A|_F against that of the best matrix of the rank, by NumPy's way: an SVD in double.
    void expect_optimal(const RawTensors& written, const LayerOutcome& layer) const {
        const MatrixD weight = test::values_of(tensors_.at(layer.name + ".weight"));
        const VectorD s = linalg::thin_svd<double>(weight).s;
        const double best = s.tail(s.size() - layer.rank).norm();
        const double error = (weight - test::product_in(written, layer.name)).norm();
        const double slack = rounding_of(layer.dtype);
        EXPECT_LE(error, best * (1 + layer.excess) + slack * weight.norm()) << layer.name;
        EXPECT_NEAR(layer.measured_error, error / weight.norm(), 1e-5) << layer.name;
        EXPECT_NEAR(layer.predicted_error, best / weight.norm(), slack + layer.excess) << layer.name;
        const double a = test::values_of(written.at(layer.name + ".0.weight")).norm();
        const double b = test::values_of(written.at(layer.name + ".1.weight")).norm();
        EXPECT_NEAR(a / b, 1, 10 * slack + 1e-4) << layer.name;
    }

    test::ScratchFolder folder_;
    std::vector<std::string> layers_;
    RawTensors tensors_;
    fs::path path_ = folder_ / "model.safetensors";
    std::unique_ptr<io::ModelFile> model_;
    ModelOptions options_;
};

TEST_F(StoredModel, GetsTheBestFactorsOfEveryDtype) {
    const CompressedModel result = run("out.safetensors");
    ASSERT_TRUE(result.complete);
    const RawTensors written = test::load_tensors(folder_ / "out.safetensors");
    std::vector<std::string> factored;
    for (const LayerOutcome& layer : result.layers) {
        if (!layer.factored) continue;
        factored.push_back(layer.name);
        expect_optimal(written, layer);
    }
    EXPECT_EQ(factored, layers_);
    EXPECT_EQ(written.at("quantized.weight"), tensors_.at("quantized.weight"));
    EXPECT_EQ(written.at("embed_tokens.weight"), tensors_.at("embed_tokens.weight"));
    EXPECT_FALSE(fs::exists(parts_folder(folder_ / "out.safetensors")));
}

TEST_F(StoredModel, GivesTheSameBitsWhereverItWasStopped) {
    ASSERT_TRUE(run("whole.safetensors").complete);
    const std::string expected = test::tensor_bytes_of(folder_ / "whole.safetensors");
    for (int layers = 0; layers < 5; ++layers) {
        const std::string name = "stopped" + std::to_string(layers) + ".safetensors";
        int asked = 0;
        const CompressedModel first = run(name, EarlierParts::kRefuse, [&] { return asked++ >= layers; });
        ASSERT_FALSE(first.complete);
        EXPECT_EQ(first.done, static_cast<std::size_t>(layers));
        EXPECT_FALSE(fs::exists(folder_ / name));
        EXPECT_EQ(fs::exists(parts_folder(folder_ / name)), layers > 0);
        const CompressedModel second = run(name, EarlierParts::kResume);
        ASSERT_TRUE(second.complete);
        EXPECT_EQ(second.resumed, static_cast<std::size_t>(layers));
        EXPECT_EQ(test::tensor_bytes_of(folder_ / name), expected) << layers;
        EXPECT_FALSE(fs::exists(parts_folder(folder_ / name)));
    }
}

TEST_F(StoredModel, RefusesPartsOfAnotherRunAndPartsWithoutResume) {
    int asked = 0;
    (void)run("out.safetensors", EarlierParts::kRefuse, [&] { return asked++ >= 2; });
    EXPECT_TRUE(test::contains(test::message_of<IoError>([&] { (void)run("out.safetensors"); }), "--resume"));
    options_.rank = 4;
    EXPECT_TRUE(test::contains(
        test::message_of<InvalidArgument>([&] { (void)run("out.safetensors", EarlierParts::kResume); }),
        "another run ('layers and ranks' differs)"));
    options_.rank = 5;
    options_.seed = 1;
    EXPECT_THROW((void)run("out.safetensors", EarlierParts::kResume), InvalidArgument);
    options_.seed = 0;
    fs::last_write_time(path_, fs::last_write_time(path_) + std::chrono::seconds(1));
    EXPECT_TRUE(test::contains(
        test::message_of<InvalidArgument>([&] { (void)run("out.safetensors", EarlierParts::kResume); }),
        "another run ('files' differs)"));
    EXPECT_TRUE(run("out.safetensors", EarlierParts::kReplace).complete);
}

TEST_F(StoredModel, StopsWhileItWritesAsWell) {
    int asked = 0;
    const CompressedModel first = run("out.safetensors", EarlierParts::kRefuse, [&] { return asked++ >= 5; });
    EXPECT_FALSE(first.complete);
    EXPECT_EQ(first.done, 5U);
    EXPECT_TRUE(fs::exists(parts_folder(folder_ / "out.safetensors")));
    const auto files = std::distance(fs::directory_iterator(folder_.path()), fs::directory_iterator());
    EXPECT_EQ(files, 2) << "besides the model and the parts something is left";
    EXPECT_TRUE(run("out.safetensors", EarlierParts::kResume).complete);
}

TEST_F(StoredModel, DoesADamagedPartAgain) {
    const auto cut = [](const fs::path& part) { fs::resize_file(part, fs::file_size(part) - 1); };
    const auto change_last_bit = [](const fs::path& part) {
        std::string bytes = read_file(part, 1'000'000);
        bytes.back() = static_cast<char>(bytes.back() ^ 1);
        write_file(part, bytes, Overwrite::kReplace);
    };
    ASSERT_TRUE(run("whole.safetensors").complete);
    const std::string expected = test::tensor_bytes_of(folder_ / "whole.safetensors");
    for (const std::function<void(const fs::path&)>& damage :
         {std::function(cut), std::function(change_last_bit)}) {
        int asked = 0;
        (void)run("out.safetensors", EarlierParts::kRefuse, [&] { return asked++ >= 2; });
        damage(parts_folder(folder_ / "out.safetensors") / "layer-00000.safetensors");
        const CompressedModel result = run("out.safetensors", EarlierParts::kResume);
        ASSERT_TRUE(result.complete);
        EXPECT_EQ(result.resumed, 1U);
        EXPECT_EQ(test::tensor_bytes_of(folder_ / "out.safetensors"), expected);
        fs::remove(folder_ / "out.safetensors");
    }
}

TEST_F(StoredModel, APartThatCannotBeReadCostsNoOther) {
    int asked = 0;
    (void)run("out.safetensors", EarlierParts::kRefuse, [&] { return asked++ >= 2; });
    const fs::path parts = parts_folder(folder_ / "out.safetensors");
    fs::remove(parts / "layer-00000.safetensors");
    fs::create_directory(parts / "layer-00000.safetensors");
    EXPECT_THROW((void)run("out.safetensors", EarlierParts::kResume), IoError);
    EXPECT_TRUE(fs::exists(parts / "layer-00001.safetensors"));
    fs::remove(parts / "layer-00000.safetensors");
    const CompressedModel result = run("out.safetensors", EarlierParts::kResume);
    EXPECT_TRUE(result.complete);
    EXPECT_EQ(result.resumed, 1U);
}

TEST_F(StoredModel, IsRightWithSeveralJobs) {
    options_.jobs = 3;
    options_.threads = 2;
    const CompressedModel result = run("out.safetensors");
    ASSERT_TRUE(result.complete);
    const RawTensors written = test::load_tensors(folder_ / "out.safetensors");
    for (const LayerOutcome& layer : result.layers) {
        if (layer.factored) expect_optimal(written, layer);
    }
    options_.max_memory = 400'000'000;
    ASSERT_TRUE(run("again.safetensors").complete);
    EXPECT_EQ(test::tensor_bytes_of(folder_ / "again.safetensors"),
              test::tensor_bytes_of(folder_ / "out.safetensors"));
}

TEST_F(StoredModel, CutsFactorsThatAreThereAlready) {
    options_.rank = 8;
    ASSERT_TRUE(run("first.safetensors").complete);
    model_ = io::open_model(folder_ / "first.safetensors");
    options_.rank = 5;
    const CompressedModel result = run("second.safetensors");
    ASSERT_TRUE(result.complete);
    const RawTensors written = test::load_tensors(folder_ / "second.safetensors");
    for (const LayerOutcome& layer : result.layers) {
        if (!layer.factored) continue;
        EXPECT_EQ(layer.method, "factors");
        const MatrixD weight = test::values_of(tensors_.at(layer.name + ".weight"));
        const VectorD s = linalg::thin_svd<double>(weight).s;
        const double error = (weight - test::product_in(written, layer.name)).norm();
        EXPECT_LE(error,
                  s.tail(s.size() - 5).norm() * (1 + 1e-3) + 2 * rounding_of(layer.dtype) * weight.norm());
    }
}

TEST_F(StoredModel, SlicesNestedFactorsAsWellAsItCompresses) {
    options_.rank = 8;
    ASSERT_TRUE(run("first.safetensors").complete);
    const auto first = io::open_model(folder_ / "first.safetensors");
    ProgressObserver progress;
    const SlicedModel sliced =
        slice_model(*first, 5, folder_ / "sliced.safetensors", Overwrite::kRefuse, {}, progress, {});
    ASSERT_TRUE(sliced.complete);
    const RawTensors written = test::load_tensors(folder_ / "sliced.safetensors");
    for (const LayerOutcome& layer : sliced.layers) {
        if (!layer.factored) continue;
        EXPECT_EQ(layer.method, "nested") << layer.name;
        const MatrixD before =
            test::product_in(test::load_tensors(folder_ / "first.safetensors"), layer.name);
        const double error = (before - test::product_in(written, layer.name)).norm() / before.norm();
        EXPECT_NEAR(layer.measured_error, error, 1e-6) << layer.name;
        EXPECT_NEAR(layer.predicted_error, error, rounding_of(layer.dtype) + 1e-5) << layer.name;
    }
}

TEST_F(StoredModel, SaysThatTrainedFactorsAreNotNested) {
    Rng rng(4);
    RawTensors tensors{{"fc.0.weight", test::random_tensor("F32", {6, 20}, rng)},
                       {"fc.1.weight", test::random_tensor("F32", {30, 6}, rng)}};
    test::save_tensors(tensors, path_, {{io::kFactorsKey, R"({"fc":6})"}});
    ProgressObserver progress;
    const SlicedModel sliced = slice_model(*io::open_model(path_), 2, folder_ / "sliced.safetensors",
                                           Overwrite::kRefuse, {}, progress, {});
    ASSERT_TRUE(sliced.complete);
    EXPECT_EQ(sliced.layers.at(0).method, "cut");
    const MatrixD before = test::product_in(tensors, "fc");
    const MatrixD after = test::product_in(test::load_tensors(folder_ / "sliced.safetensors"), "fc");
    EXPECT_NEAR(sliced.layers.at(0).measured_error, (before - after).norm() / before.norm(), 1e-6);
}

TEST_F(StoredModel, PlansByBytesAndNames) {
    options_.rank = 0;
    options_.keep = 0.5;
    options_.exclude = {"block.0.*"};
    for (const LayerOutcome& layer : plan(*model_, options_)) {
        if (layer.name.starts_with("block.0.")) {
            EXPECT_EQ(layer.why, "left out by --exclude");
        } else if (layer.name.starts_with("block.")) {
            EXPECT_TRUE(layer.factored) << layer.name;
            EXPECT_EQ(layer.rank, static_cast<std::int64_t>(0.5 * static_cast<double>(layer.out * layer.in) /
                                                            static_cast<double>(layer.out + layer.in)));
            EXPECT_LE(2 * layer.bytes_after, layer.bytes_before);
        } else {
            EXPECT_FALSE(layer.factored) << layer.name;
        }
    }
    options_.exclude = {};
    options_.include = {"embed_tokens"};
    for (const LayerOutcome& layer : plan(*model_, options_))
        EXPECT_EQ(layer.factored, layer.name == "embed_tokens");
    options_.include = {"*"};
    for (const LayerOutcome& layer : plan(*model_, options_))
        EXPECT_EQ(layer.factored, layer.name != "embed_tokens") << layer.why;
    options_.include = {"block.?.fc3"};
    EXPECT_THROW((void)plan(*model_, options_), InvalidArgument);
}

TEST_F(StoredModel, RefusesOptionsOutOfRange) {
    const auto refused = [&](auto change) {
        ModelOptions options = options_;
        change(options);
        EXPECT_THROW((void)plan(*model_, options), InvalidArgument);
    };
    refused([](ModelOptions& o) { o.rank = 0; });
    refused([](ModelOptions& o) { o.rank = -1; });
    refused([](ModelOptions& o) { o.keep = 0.5; });
    refused([](ModelOptions& o) { o.rank = 0, o.keep = 1.5; });
    refused([](ModelOptions& o) { o.jobs = 0; });
    refused([](ModelOptions& o) { o.tolerance = 0; });
    refused([](ModelOptions& o) { o.max_memory = 1000; });
}

TEST_F(StoredModel, NamesTheTensorThatIsNotFinite) {
    const double bad = std::numeric_limits<double>::infinity();
    RawTensor& tensor = tensors_.at("block.2.fc1.weight");
    std::copy_n(reinterpret_cast<const unsigned char*>(&bad), sizeof bad, tensor.bytes.begin() + 80);
    test::save_tensors(tensors_, path_);
    model_ = io::open_model(path_);
    const std::string message = test::message_of<FormatError>([&] { (void)run("out.safetensors"); });
    EXPECT_TRUE(test::contains(message, "1 NaN or infinite entries of 693 in 'block.2.fc1.weight'"))
        << message;
    EXPECT_FALSE(fs::exists(folder_ / "out.safetensors"));
    EXPECT_FALSE(fs::exists(parts_folder(folder_ / "out.safetensors")));
}

TEST(SingularValues, AreThoseOfTheWeightsBothWays) {
    const test::ScratchFolder folder;
    Rng rng(5);
    const RawTensors tensors{{"large.weight", test::random_tensor("F32", {300, 400}, rng)},
                             {"small.weight", test::random_tensor("BF16", {20, 30}, rng)},
                             {"tall.weight", test::random_tensor("F16", {500, 280}, rng)},
                             {"wide.weight", test::random_tensor("F64", {40, 90}, rng)}};
    test::save_tensors(tensors, folder / "m.safetensors");
    const auto model = io::open_model(folder / "m.safetensors");
    for (std::size_t i = 0; i < model->linears().size(); ++i) {
        const VectorD expected =
            linalg::thin_svd<double>(test::values_of(tensors.at(model->linears()[i].tensor))).s;
        const VectorF found = singular_values(*model, i);
        ASSERT_EQ(found.size(), expected.size());
        EXPECT_LT((found.cast<double>() - expected).cwiseAbs().maxCoeff(), 1e-5 * expected[0]);
    }
}

}  // namespace
}  // namespace eckart::compress
