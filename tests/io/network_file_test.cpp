#include "eckart/io/network_file.hpp"

#include <gtest/gtest.h>

#include "eckart/core/error.hpp"
#include "eckart/io/checkpoint.hpp"
#include "eckart/io/safetensors.hpp"
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
