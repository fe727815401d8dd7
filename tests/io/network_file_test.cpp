#include "eckart/io/network_file.hpp"

#include <gtest/gtest.h>

#include "eckart/core/error.hpp"
#include "eckart/io/checkpoint.hpp"
#include "eckart/io/safetensors.hpp"
#include "error_message.hpp"
#include "io/network_tensors.hpp"
#include "same_bits.hpp"
#include "scratch_folder.hpp"
#include "small_networks.hpp"

namespace eckart::io {
namespace {

const model::MlpArchitecture kArchitecture{12, 7, 2, 5};

TEST(NetworkFile, RoundTripKeepsEveryBit) {
    const test::ScratchFolder folder;
    const RunRecord record = capture_run_record("test \xff", 42, 2);
    for (const auto& network : {model::make_initialized(kArchitecture, Rng(1)),
                                test::half_factored_network(kArchitecture, 3, Rng(2)),
                                model::make_initialized({1, 1, 0, 1}, Rng(1))}) {
        save_network(network, record, folder / "net.safetensors", Overwrite::kReplace);
        const NetworkFile loaded = load_network(folder / "net.safetensors");
        EXPECT_TRUE(test::same_bits(loaded.network, network));
        EXPECT_EQ(loaded.network.architecture(), network.architecture());
        EXPECT_EQ(loaded.run_record.at("seed"), 42);
    }
}

TEST(NetworkFile, RoundTripKeepsNetworksOfAnyArchitecture) {
    const test::ScratchFolder folder;
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        Rng rng(seed);
        const model::Architecture architecture = test::random_architecture(rng);
        const auto network = test::random_network(architecture, seed % 2 == 0 ? 2 : 0, rng);
        save_network(network, {}, folder / "net", Overwrite::kReplace);
        const NetworkFile loaded = load_network(folder / "net");
        EXPECT_EQ(loaded.network.architecture(), architecture);
        EXPECT_TRUE(test::same_bits(loaded.network, network));
    }
}

/// A file of one layer from 2 to 1 with the text as its architecture.
std::string fault_of_architecture(const std::string& text) {
    const test::ScratchFolder folder;
    const float weights[] = {1, 2};
    AtomicFile file(folder / "net", Overwrite::kReplace);
    write_safetensors(file, {{kArchitectureKey, text}}, {{"fc.weight", {1, 2}, weights}});
    file.commit();
    return test::message_of<FormatError>([&] { (void)load_network(folder / "net"); });
}

TEST(NetworkFile, RefusesMalformedChains) {
    const auto chain = [](const std::string& steps) {
        return R"({"architecture":"chain","input":2,"steps":[)" + steps + "]}";
    };
    const std::string linear = R"({"op":"linear","layer":"fc","out":1,"bias":false})";
    EXPECT_EQ(fault_of_architecture(chain(linear)), "no exception of this type");
    const auto expect = [](const std::string& text, const std::string& words) {
        test::expect_words(fault_of_architecture(text), {words});
    };
    expect(chain(""), "has an unusable architecture: network: it has no linear layer");
    expect(chain(R"({"op":"conv"})"), R"(step 1 of the architecture is "conv"; known are "linear")");
    expect(chain(R"({"op":")" + std::string(5000, 'x') + "\"}"), "...; known are");
    expect(chain(R"({"op":"linear","layer":"fc","out":1,"bias":true})"), "has no tensor 'fc.bias' (1)");
    expect(chain(R"({"op":"linear","layer":"fc","out":2,"bias":false})"),
           "holds 'fc.weight' with shape (1, 2), but the architecture needs (2, 2)");
    expect(chain(linear + R"(,{"op":"add","other":0})"), "step 2 adds a value of width 2 to one of 1");
    expect(chain(linear + std::string(5U << 20U, ' ')), "more than 4194304");
    std::string many = linear;
    for (int i = 0; i < 10'000; ++i) many += R"(,{"op":"relu"})";
    expect(chain(many), "at most 10000 steps");
}

TEST(NetworkFile, CheckpointsTellLayersWithAwkwardNamesFromTheTrainersTensors) {
    const test::ScratchFolder folder;
    model::Architecture architecture{3, {}, {}};
    architecture.add_linear(architecture.add_relu(architecture.add_linear(0, "train.1", 4)), "adam.m", 2);
    const auto network = model::make_initialized(architecture, Rng(1));
    std::vector<MatrixF> moments;
    for (const auto* parameter : network.parameters()) moments.push_back(parameter->value);
    const float own[] = {5};
    save_checkpoint(network, moments, moments, Json::object(), folder / "state", {{"own", {1, 1}, own}});
    const Checkpoint loaded = load_checkpoint(folder / "state");
    EXPECT_TRUE(test::same_bits(loaded.network, network));
    ASSERT_EQ(loaded.extra.size(), 1U);
    EXPECT_EQ(loaded.extra.begin()->first, "own");
}

TEST(NetworkFile, SameNetworkSameBytes) {
    const test::ScratchFolder folder;
    const RunRecord record = capture_run_record("test", 42, 2);
    const auto network = model::make_initialized(kArchitecture, Rng(1));
    save_network(network, record, folder / "a", Overwrite::kRefuse);
    save_network(network, record, folder / "b", Overwrite::kRefuse);
    EXPECT_EQ(read_file(folder / "a", 1 << 20), read_file(folder / "b", 1 << 20));
}

/// A file with the given tensors and no metadata.
void write_plain(const std::filesystem::path& path, const std::vector<TensorSource>& tensors) {
    AtomicFile file(path, Overwrite::kReplace);
    write_safetensors(file, {}, tensors);
    file.commit();
}

TEST(NetworkFile, ArchitectureIsInferredWhereThereIsNoMetadata) {
    const test::ScratchFolder folder;
    const auto network = test::half_factored_network(kArchitecture, 3, Rng(2));
    write_plain(folder / "plain", tensors_of(network));
    const NetworkFile loaded = load_network(folder / "plain");
    EXPECT_TRUE(test::same_bits(loaded.network, network));
    EXPECT_TRUE(loaded.run_record.is_null());
}

void expect_fault(const std::filesystem::path& path, const std::string& fragment) {
    try {
        (void)load_network(path);
        ADD_FAILURE() << "accepted a file that lacks: " << fragment;
    } catch (const FormatError& error) {
        EXPECT_NE(std::string(error.what()).find(fragment), std::string::npos) << error.what();
    }
}

TEST(NetworkFile, MissingSurplusAndMisshapenTensorsAreNamed) {
    const test::ScratchFolder folder;
    const auto network = model::make_initialized(kArchitecture, Rng(1));
    auto tensors = tensors_of(network);
    const MatrixF other = MatrixF::Zero(1, 500);

    tensors.push_back({"extra.weight", {2, 2}, other.data()});
    write_plain(folder / "surplus", tensors);
    expect_fault(folder / "surplus", "extra.weight");

    tensors = tensors_of(network);
    std::erase_if(tensors, [](const TensorSource& tensor) { return tensor.name == "res2.layer1.bias"; });
    write_plain(folder / "missing", tensors);
    expect_fault(folder / "missing", "no tensor 'res2.layer1.bias' (7)");

    tensors = tensors_of(network);
    for (TensorSource& tensor : tensors) {
        if (tensor.name == "res1.layer2.weight") tensor = {tensor.name, {7, 8}, other.data()};
    }
    write_plain(folder / "misshapen", tensors);
    expect_fault(folder / "misshapen", "'res1.layer2.weight' with shape (7, 8)");

    write_plain(folder / "nothing", {});
    expect_fault(folder / "nothing", "no linear layers");
}

TEST(NetworkFile, NanWeightsAreCounted) {
    const test::ScratchFolder folder;
    auto network = model::make_initialized(kArchitecture, Rng(1));
    network.parameters()[2]->value(3, 2) = std::numeric_limits<float>::quiet_NaN();
    network.parameters()[2]->value(3, 3) = std::numeric_limits<float>::infinity();
    save_network(network, {}, folder / "nan", Overwrite::kRefuse);
    expect_fault(folder / "nan", "2 NaN or infinite entries of 49 in 'res1.layer1.weight'");
}

TEST(CheckpointFile, RoundTripKeepsEverything) {
    const test::ScratchFolder folder;
    const auto network = test::half_factored_network(kArchitecture, 3, Rng(2));
    std::vector<MatrixF> m;
    std::vector<MatrixF> v;
    Rng rng(3);
    for (const auto* parameter : network.parameters()) {
        m.push_back(test::random_matrix<float>(parameter->value.rows(), parameter->value.cols(), rng));
        v.push_back(test::random_matrix<float>(parameter->value.rows(), parameter->value.cols(), rng));
    }
    const Json state{{"step", 17}, {"loss", 0.1 + 0.2}};
    save_checkpoint(network, m, v, state, folder / "checkpoint");
    const Checkpoint loaded = load_checkpoint(folder / "checkpoint");
    EXPECT_TRUE(test::same_bits(loaded.network, network));
    EXPECT_EQ(loaded.moment1, m);
    EXPECT_EQ(loaded.moment2, v);
    EXPECT_EQ(loaded.state, state);
    EXPECT_THROW((void)load_network(folder / "checkpoint"), FormatError)
        << "a checkpoint is not a network file";
    m.pop_back();
    EXPECT_THROW(save_checkpoint(network, m, v, state, folder / "checkpoint"), InvalidArgument);
}

TEST(CheckpointFile, NetworkFileIsNoCheckpoint) {
    const test::ScratchFolder folder;
    save_network(model::make_initialized(kArchitecture, Rng(1)), {}, folder / "net", Overwrite::kRefuse);
    EXPECT_THROW((void)load_checkpoint(folder / "net"), FormatError);
}

}  // namespace
}  // namespace eckart::io
