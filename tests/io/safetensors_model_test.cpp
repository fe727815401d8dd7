// State dicts of any model: which tensors are layers, and what a written file holds.
#include <gtest/gtest.h>

#include <algorithm>

#include "contains.hpp"
#include "eckart/core/error.hpp"
#include "eckart/core/json.hpp"
#include "error_message.hpp"
#include "scratch_folder.hpp"
#include "state_dicts.hpp"

namespace eckart::io {
namespace {

namespace fs = std::filesystem;
using test::RawTensors;

std::vector<std::string> names_of_layers(const ModelFile& model) {
    std::vector<std::string> names;
    for (const StoredLinear& layer : model.linears()) names.push_back(layer.name);
    return names;
}

const StoredLinear& layer_named(const ModelFile& model, const std::string& name) {
    const auto found = std::ranges::find(model.linears(), name, &StoredLinear::name);
    if (found == model.linears().end()) throw std::runtime_error("no layer " + name);
    return *found;
}

std::string why_kept(const ModelFile& model, const std::string& name) {
    const auto found = std::ranges::find(model.kept(), name, &KeptTensor::name);
    return found == model.kept().end() ? "" : found->why;
}

class StateDictModel : public testing::Test {
  protected:
    StateDictModel() : tensors_(test::mixed_state_dict(1, layers_)) {
        test::save_tensors(tensors_, path_, {{"author", "nobody"}});
    }

    /// Replacements of rank 3 with entries that depend on the layer.
    [[nodiscard]] static Replacements replacements(const ModelFile& model,
                                                   const std::vector<std::string>& names) {
        Replacements result;
        for (std::size_t i = 0; i < model.linears().size(); ++i) {
            if (std::ranges::find(names, model.linears()[i].name) != names.end()) result.ranks[i] = 3;
        }
        result.factors = [&model](std::size_t i) {
            const StoredLinear& layer = model.linears()[i];
            Rng rng(i);
            const MatrixD a = test::random_matrix<double>(3, layer.in, rng);
            const MatrixD b = test::random_matrix<double>(layer.out, 3, rng);
            const auto bytes = [&](const MatrixD& m) {
                return encode(m.data(), static_cast<std::size_t>(m.size()), layer.dtype, "m");
            };
            return EncodedFactors{layer.dtype, layer.out, layer.in, 3, bytes(a), bytes(b)};
        };
        return result;
    }

    test::ScratchFolder folder_;
    std::vector<std::string> layers_;
    RawTensors tensors_;
    fs::path path_ = folder_ / "model.safetensors";
};

TEST_F(StateDictModel, FindsFloatingMatricesInNaturalOrder) {
    const auto model = open_model(path_);
    std::vector<std::string> expected = layers_;
    expected.emplace_back("embed_tokens");
    EXPECT_EQ(names_of_layers(*model), expected);
    EXPECT_NE(layer_named(*model, "embed_tokens").doubt, "");
    EXPECT_EQ(layer_named(*model, "block.2.fc1").dtype, "F64");
    EXPECT_EQ(layer_named(*model, "block.0.fc2").bytes, 2U * 30 * 40);
    EXPECT_EQ(why_kept(*model, "conv.weight"), "4 dimensions, as a convolution has");
    EXPECT_EQ(why_kept(*model, "quantized.weight"), "dtype I8: only floating weights");
    EXPECT_EQ(why_kept(*model, "tiny.weight"), "dtype F8_E4M3: only floating weights");
    EXPECT_EQ(why_kept(*model, "empty.weight"), "no entries");
    EXPECT_NE(why_kept(*model, "scale"), "");
    EXPECT_EQ(why_kept(*model, "norm.weight"), "");
}

TEST_F(StateDictModel, LeavesEmbeddingsAloneThatTheirNamesTell) {
    Rng rng(3);
    RawTensors tensors;
    const std::vector<std::string> embeddings{"embed",          "tok_emb", "wte",     "word_emb.emb_layers.0",
                                              "emb_l.0",        "lut",     "pos.emb", "embed.x",
                                              "src_embed.0.lut"};
    const std::vector<std::string> linear{
        "member", "ensemble.fc", "wte.fc", "embed_model.layers.0.mlp.up", "patch_embed", "lutz"};
    for (const auto* names : {&embeddings, &linear}) {
        for (const std::string& name : *names)
            tensors[name + ".weight"] = test::random_tensor("F32", {20, 30}, rng);
    }
    tensors["patch_embed.bias"] = test::random_tensor("F32", {20}, rng);
    test::save_tensors(tensors, folder_ / "names.safetensors");
    const auto model = open_model(folder_ / "names.safetensors");
    for (const std::string& name : embeddings) EXPECT_NE(layer_named(*model, name).doubt, "") << name;
    for (const std::string& name : linear) EXPECT_EQ(layer_named(*model, name).doubt, "") << name;
}

TEST_F(StateDictModel, ReadsWeightsOfEveryDtype) {
    const auto model = open_model(path_);
    for (std::size_t i = 0; i < model->linears().size(); ++i) {
        const MatrixD expected = test::values_of(tensors_.at(model->linears()[i].tensor));
        EXPECT_EQ(model->weight_double(i), expected);
        EXPECT_EQ(model->weight_float(i), expected.cast<float>());
        EXPECT_THROW((void)model->factors_float(i), InvalidArgument);
    }
    EXPECT_THROW((void)model->weight_float(model->linears().size()), InvalidArgument);
}

TEST_F(StateDictModel, WritesTheSameFileWithoutReplacements) {
    const fs::path out = folder_ / "out.safetensors";
    open_model(path_)->write(out, Overwrite::kRefuse, {});
    EXPECT_EQ(test::load_tensors(out), tensors_);
    EXPECT_EQ(
        SafetensorsReader(out).header().metadata,
        (std::map<std::string, std::string>{{"author", "nobody"}, {kFactorsKey, "{}"}, {"format", "pt"}}));
}

TEST_F(StateDictModel, PutsFactorsInThePlaceOfMatricesAndCopiesTheRest) {
    const fs::path out = folder_ / "out.safetensors";
    const auto model = open_model(path_);
    const std::vector<std::string> names{"block.0.fc1", "block.1.fc1", "block.2.fc1"};
    const Replacements replacements = StateDictModel::replacements(*model, names);
    model->write(out, Overwrite::kRefuse, replacements);
    const RawTensors written = test::load_tensors(out);
    RawTensors expected = tensors_;
    for (const auto& [index, rank] : replacements.ranks) {
        const StoredLinear& layer = model->linears()[index];
        const EncodedFactors factors = replacements.factors(index);
        expected.erase(layer.tensor);
        expected[layer.name + ".0.weight"] = {
            layer.dtype, {3, static_cast<std::uint64_t>(layer.in)}, factors.a};
        expected[layer.name + ".1.weight"] = {
            layer.dtype, {static_cast<std::uint64_t>(layer.out), 3}, factors.b};
        if (auto bias = expected.extract(layer.name + ".bias"); !bias.empty()) {
            bias.key() = layer.name + ".1.bias";
            expected.insert(std::move(bias));
        }
    }
    EXPECT_EQ(written, expected);
    const auto again = open_model(out);
    EXPECT_EQ(layer_named(*again, "block.1.fc1").rank, 3);
    EXPECT_EQ(layer_named(*again, "block.10.fc1").rank, 0);
    EXPECT_EQ(Json::parse(again->metadata().at(kFactorsKey)),
              Json::parse(R"({"block.0.fc1":3,"block.1.fc1":3,"block.2.fc1":3})"));
}

TEST_F(StateDictModel, RefusesFactorsOfOtherSizesAndLeavesNoFile) {
    const auto model = open_model(path_);
    Replacements replacements = StateDictModel::replacements(*model, {"block.0.fc1"});
    replacements.ranks.begin()->second = 4;
    EXPECT_THROW(model->write(folder_ / "out.safetensors", Overwrite::kRefuse, replacements),
                 InvalidArgument);
    EXPECT_FALSE(fs::exists(folder_ / "out.safetensors"));
}

TEST_F(StateDictModel, KeepsAMatrixWhoseFactorsNamesAreTaken) {
    Rng rng(2);
    tensors_["block.0.fc1.1.bias"] = test::random_tensor("F32", {3}, rng);
    test::save_tensors(tensors_, path_);
    const auto model = open_model(path_);
    EXPECT_TRUE(test::contains(why_kept(*model, "block.0.fc1.weight"), "block.0.fc1.1.bias"));
}

TEST_F(StateDictModel, RefusesMetadataThatIsNotTrue) {
    for (const char* text :
         {R"({"block.0.fc1":3})", R"({"nothing":3})", R"({"a":0})", R"({"a":-1})", R"({"a":1.5})",
          R"({"a":1,"a":1})", R"({"a":{"b":1}})", R"([1])", "", R"({"a":1} x)"}) {
        test::save_tensors(tensors_, path_, {{kFactorsKey, text}});
        const std::string message = test::message_of<FormatError>([&] { (void)open_model(path_); });
        EXPECT_TRUE(test::contains(message, "model.safetensors")) << text << ": " << message;
    }
}

TEST_F(StateDictModel, RefusesNamesOfOtherFormats) {
    const auto model = open_model(path_);
    for (const char* name : {"out.onnx", "out.pt", "out.json", "out.safetensors.index.json"}) {
        EXPECT_THROW((void)model->outputs(folder_ / name), InvalidArgument) << name;
    }
    EXPECT_EQ(model->outputs(folder_ / "out"), std::vector<fs::path>{folder_ / "out"});
}

TEST_F(StateDictModel, IsReadFromSeveralFilesAndWrittenToAsMany) {
    std::vector<RawTensors> shards(3);
    Json map = Json::object();
    std::size_t i = 0;
    for (const auto& [name, tensor] : tensors_) {
        const std::size_t shard = i++ % shards.size();
        shards[shard][name] = tensor;
        map[name] = "part" + std::to_string(shard) + ".safetensors";
    }
    for (std::size_t shard = 0; shard < shards.size(); ++shard)
        test::save_tensors(shards[shard], folder_ / ("part" + std::to_string(shard) + ".safetensors"));
    const Json index{{"metadata", {{"total_size", 5}, {"total_parameters", 90'000}, {"made_by", "hand"}}},
                     {"weight_map", map}};
    write_file(folder_ / "in.safetensors.index.json", eckart::to_text(index), Overwrite::kReplace);

    const auto model = open_model(folder_ / "in.safetensors.index.json");
    EXPECT_EQ(names_of_layers(*model), names_of_layers(*open_model(path_)));
    const Replacements replacements = StateDictModel::replacements(*model, {"block.0.fc1", "block.0.fc2"});
    const fs::path target = folder_ / "out.safetensors.index.json";
    const std::vector<fs::path> files = model->outputs(target);
    ASSERT_EQ(files.size(), 4U);
    EXPECT_EQ(files[1].filename(), "out-00002-of-00003.safetensors");
    model->write(target, Overwrite::kRefuse, replacements);
    // As one file would be.
    open_model(path_)->write(
        folder_ / "whole.safetensors", Overwrite::kRefuse,
        StateDictModel::replacements(*open_model(path_), {"block.0.fc1", "block.0.fc2"}));
    RawTensors together;
    for (std::size_t shard = 0; shard < 3; ++shard) together.merge(test::load_tensors(files[shard]));
    EXPECT_EQ(together, test::load_tensors(folder_ / "whole.safetensors"));
    const Json written = Json::parse(read_file(target, 1'000'000));
    EXPECT_EQ(written["metadata"]["made_by"], "hand");
    std::uint64_t total = 0;
    for (const auto& [name, tensor] : together) total += tensor.bytes.size();
    EXPECT_EQ(written["metadata"]["total_size"], total);
    std::int64_t fewer = 0;
    for (const char* name : {"block.0.fc1", "block.0.fc2"}) {
        const StoredLinear layer = layer_named(*model, name);
        fewer += layer.out * layer.in - 3 * (layer.out + layer.in);
    }
    EXPECT_EQ(written["metadata"]["total_parameters"], 90'000 - fewer);
    EXPECT_EQ(layer_named(*open_model(target), "block.0.fc2").rank, 3);
    EXPECT_THROW((void)model->outputs(folder_ / "part0.safetensors"), InvalidArgument);
    for (const Json& wrong : {Json(10), Json(20'000.5)}) {
        Json other = index;
        other["metadata"]["total_parameters"] = wrong;
        write_file(folder_ / "in.safetensors.index.json", eckart::to_text(other), Overwrite::kReplace);
        const auto again = open_model(folder_ / "in.safetensors.index.json");
        again->write(target, Overwrite::kReplace, StateDictModel::replacements(*again, {"block.0.fc1"}));
        EXPECT_FALSE(Json::parse(read_file(target, 1'000'000))["metadata"].contains("total_parameters"));
    }
}

TEST_F(StateDictModel, NamesWhatIsNeitherFormat) {
    write_file(folder_ / "pickle", std::string("\x80\x02}q", 4) + std::string(50, 'x'), Overwrite::kRefuse);
    write_file(folder_ / "text.json", "{\"weights\": 1}", Overwrite::kRefuse);
    EXPECT_TRUE(test::contains(test::message_of<FormatError>([&] { (void)open_model(folder_ / "pickle"); }),
                               "neither safetensors nor ONNX but a PyTorch pickle"));
    EXPECT_TRUE(
        test::contains(test::message_of<FormatError>([&] { (void)open_model(folder_ / "text.json"); }),
                       "no index of safetensors files"));
}

}  // namespace
}  // namespace eckart::io
