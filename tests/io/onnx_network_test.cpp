// Networks as ONNX models: what is written is read again bit by bit, and what is no chain is refused by name.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "eckart/core/error.hpp"
#include "eckart/io/model_file.hpp"
#include "eckart/io/network_file.hpp"
#include "error_message.hpp"
#include "io/onnx/messages.hpp"
#include "same_bits.hpp"
#include "scratch_folder.hpp"
#include "small_networks.hpp"

namespace eckart::io {
namespace {

namespace fs = std::filesystem;

TEST(OnnxNetwork, RoundTripKeepsEveryBitOfAnyArchitecture) {
    const test::ScratchFolder folder;
    const RunRecord record = capture_run_record("test", 42, 2);
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        SCOPED_TRACE(seed);
        Rng rng(seed);
        const auto network = test::random_network(test::random_architecture(rng), seed % 2 == 0 ? 2 : 0, rng);
        save_network(network, record, folder / "net.onnx", Overwrite::kReplace);
        const NetworkFile loaded = load_network(folder / "net.onnx");
        EXPECT_EQ(loaded.network.architecture(), network.architecture());
        EXPECT_TRUE(test::same_bits(loaded.network, network));
        EXPECT_EQ(loaded.run_record.at("seed"), 42);
    }
}

TEST(OnnxNetwork, RoundTripKeepsResidualMlps) {
    const test::ScratchFolder folder;
    for (const auto& network : {model::make_initialized({12, 7, 2, 5}, Rng(1)),
                                test::half_factored_network({40, 30, 2, 5}, 3, Rng(2)),
                                model::make_initialized({1, 1, 0, 1}, Rng(1))}) {
        save_network(network, {}, folder / "net.onnx", Overwrite::kReplace);
        const NetworkFile loaded = load_network(folder / "net.onnx");
        EXPECT_TRUE(model::residual_mlp_sizes(loaded.network.architecture()));
        EXPECT_TRUE(test::same_bits(loaded.network, network));
    }
}

TEST(OnnxNetwork, IsToldByContentNotByName) {
    const test::ScratchFolder folder;
    const auto network = model::make_initialized({12, 7, 1, 5}, Rng(1));
    save_network(network, {}, folder / "a.onnx", Overwrite::kRefuse);
    save_network(network, {}, folder / "a.safetensors", Overwrite::kRefuse);
    fs::rename(folder / "a.onnx", folder / "b");
    fs::rename(folder / "a.safetensors", folder / "b.onnx");
    EXPECT_TRUE(test::same_bits(load_network(folder / "b").network, network));
    EXPECT_TRUE(test::same_bits(load_network(folder / "b.onnx").network, network));
}

TEST(OnnxNetwork, NamesOfEveryKindReturn) {
    const test::ScratchFolder folder;
    model::Architecture architecture{4, {}, {}};
    // The first two look like factors, but Eckart has not made them so.
    std::size_t h = architecture.add_linear(architecture.add_linear(0, "net.0", 3, false), "net.1", 5);
    h = architecture.add_relu(architecture.add_linear(h,
                                                      "gr\xC3\xB6\xC3\x9F"
                                                      "e/1",
                                                      4));
    architecture.add_linear(architecture.add_linear(h, "onnx::MatMul_7", 3, false), "3", 2);
    const auto network = model::make_initialized(architecture, Rng(1));
    save_network(network, {}, folder / "net.onnx", Overwrite::kRefuse);
    EXPECT_EQ(load_network(folder / "net.onnx").network.architecture(), architecture);
}

TEST(OnnxNetwork, FactorsAreKnownToTheEditorOfModels) {
    const test::ScratchFolder folder;
    save_network(test::half_factored_network({40, 30, 1, 5}, 3, Rng(2)), {}, folder / "net.onnx",
                 Overwrite::kRefuse);
    const auto model = open_model(folder / "net.onnx");
    ASSERT_EQ(model->linears().size(), 4U);
    EXPECT_EQ(model->linears()[1].name, "res1.layer1");
    EXPECT_EQ(model->linears()[1].rank, 3);
}

/// A model with the input x (batch, 3), the output y, and the weights w (3, 3), v (3, 2) and b (3).
class Graph {
  public:
    Graph() {
        model_.set_ir_version(8);
        model_.add_opset_import()->set_version(17);
        add_value(*graph().add_input(), "x", {3});
        graph().add_output()->set_name("y");
        add_floats("w", {3, 3});
        add_floats("v", {3, 2});
        add_floats("b", {3});
    }

    onnx::GraphProto& graph() { return *model_.mutable_graph(); }
    onnx::ModelProto& model() { return model_; }

    static void add_value(onnx::ValueInfoProto& value, const std::string& name,
                          const std::vector<std::int64_t>& dims) {
        value.set_name(name);
        auto& type = *value.mutable_type()->mutable_tensor_type();
        type.set_elem_type(onnx::TensorProto::FLOAT);
        type.mutable_shape()->clear_dim();
        type.mutable_shape()->add_dim()->set_dim_param("batch");
        for (const std::int64_t dim : dims) type.mutable_shape()->add_dim()->set_dim_value(dim);
    }

    onnx::TensorProto& add_floats(const std::string& name, const std::vector<std::int64_t>& dims) {
        onnx::TensorProto& tensor = *graph().add_initializer();
        tensor.set_name(name);
        tensor.set_data_type(onnx::TensorProto::FLOAT);
        std::int64_t count = 1;
        for (const std::int64_t dim : dims) {
            tensor.add_dims(dim);
            count *= dim;
        }
        for (std::int64_t i = 0; i < count; ++i) tensor.add_float_data(static_cast<float>(i + 1));
        return tensor;
    }

    void add_whole_numbers(const std::string& name, const std::vector<std::int64_t>& numbers) {
        onnx::TensorProto& tensor = *graph().add_initializer();
        tensor.set_name(name);
        tensor.set_data_type(onnx::TensorProto::INT64);
        tensor.add_dims(static_cast<std::int64_t>(numbers.size()));
        for (const std::int64_t number : numbers) tensor.add_int64_data(number);
    }

    Graph& node(const std::string& op, const std::vector<std::string>& inputs, const std::string& output) {
        onnx::NodeProto& node = *graph().add_node();
        node.set_op_type(op);
        node.set_name("the_" + output);
        for (const std::string& input : inputs) node.add_input(input);
        node.add_output(output);
        return *this;
    }

    /// An attribute of the latest node.
    Graph& with(const std::string& name, std::int64_t value) {
        onnx::AttributeProto& attribute = *graph().mutable_node(graph().node_size() - 1)->add_attribute();
        attribute.set_name(name);
        attribute.set_type(onnx::AttributeProto::INT);
        attribute.set_i(value);
        return *this;
    }

    [[nodiscard]] model::Network<float> load() const {
        const test::ScratchFolder folder;
        write_file(folder / "made.onnx", model_.SerializeAsString(), Overwrite::kRefuse);
        return load_network(folder / "made.onnx").network;
    }

    [[nodiscard]] std::string fault() const {
        return test::message_of<FormatError>([&] { (void)load(); });
    }

  private:
    onnx::ModelProto model_;
};

TEST(OnnxChain, ConstantsBesideALayerAreItsBias) {
    const auto network =
        Graph().node("MatMul", {"x", "w"}, "a").node("Add", {"b", "a"}, "c").node("Relu", {"c"}, "y").load();
    ASSERT_EQ(network.layer_count(), 1U);
    EXPECT_EQ(network.layer(0).name(), "w");
    EXPECT_EQ(network.layer(0).bias().value, (MatrixF(1, 3) << 1, 2, 3).finished());
    EXPECT_EQ(network.layer(0).dense_weight(), (MatrixF(3, 3) << 1, 4, 7, 2, 5, 8, 3, 6, 9).finished());
}

TEST(OnnxChain, WhatTheOutputDoesNotNeedIsLeftOut) {
    const auto network =
        Graph().node("MatMul", {"x", "w"}, "a").node("Tanh", {"a"}, "idle").node("Relu", {"a"}, "y").load();
    EXPECT_EQ(network.architecture().steps.size(), 2U);
}

TEST(OnnxChain, InputsOfSeveralDimensionsAreTakenRowByRow) {
    for (const auto& shape : std::vector<std::vector<std::int64_t>>{{-1, 12}, {0, -1}, {0, 12}}) {
        Graph graph;
        Graph::add_value(*graph.graph().mutable_input(0), "x", {3, 2, 2});
        graph.add_floats("big", {12, 2});
        graph.add_whole_numbers("shape", shape);
        graph.node("Relu", {"x"}, "r").node("Reshape", {"r", "shape"}, "f").node("MatMul", {"f", "big"}, "y");
        EXPECT_EQ(graph.load().architecture().input, 12);
    }
}

TEST(OnnxChain, ShapesMayBeMadeOfTheInputsOwn) {
    Graph graph;
    Graph::add_value(*graph.graph().mutable_input(0), "x", {3, 4});
    graph.add_floats("big", {12, 2});
    for (const auto& [name, numbers] : std::vector<std::pair<std::string, std::vector<std::int64_t>>>{
             {"zero", {0}}, {"one", {1}}, {"rest", {-1}}})
        graph.add_whole_numbers(name, numbers);
    graph.node("Shape", {"x"}, "s")
        .node("Slice", {"s", "zero", "one"}, "n")
        .node("Concat", {"n", "rest"}, "t");
    graph.with("axis", 0).node("Reshape", {"x", "t"}, "f").node("MatMul", {"f", "big"}, "y");
    EXPECT_EQ(graph.load().architecture().input, 12);
}

TEST(OnnxChain, AnInputOfUnknownWidthTakesItFromTheFirstLayer) {
    Graph graph;
    graph.graph()
        .mutable_input(0)
        ->mutable_type()
        ->mutable_tensor_type()
        ->mutable_shape()
        ->mutable_dim(1)
        ->Clear();
    EXPECT_EQ(graph.node("Relu", {"x"}, "r").node("MatMul", {"r", "v"}, "y").load().architecture().input, 3);
}

TEST(OnnxChain, NamesTheNodeThatItCannotRun) {
    const auto expect = [](const Graph& graph, const std::string& words) {
        test::expect_words(graph.fault(), {words, "'eckart compress'"});
    };
    const auto product = [] { return Graph().node("MatMul", {"x", "w"}, "a"); };
    expect(product().node("Tanh", {"a"}, "y"), "node 'the_y' (Tanh) is not understood");
    expect(product().node("Mul", {"a", "b"}, "y"), "node 'the_y' (Mul) is not understood");
    expect(Graph().node("Add", {"x", "b"}, "a").node("MatMul", {"a", "v"}, "y"), "(Add) adds a constant to");
    expect(product().node("Relu", {"a"}, "r").node("Add", {"a", "b"}, "s").node("Add", {"r", "s"}, "y"),
           "or is used without it as well");
    expect(product().node("Add", {"a", "v"}, "y"), "adds what is no constant of one number per output");
    expect(product().node("MatMul", {"a", "w"}, "y"), "shares its weight with another node");
    expect(product().node("MatMul", {"x", "a"}, "y"), "does not multiply by one constant matrix");
    expect(Graph().node("MatMul", {"w", "x"}, "y"), "multiplies by its weight from the left");
    expect(Graph().node("Gemm", {"x", "w"}, "y").with("transA", 1), "transposes its input");
    expect(Graph().node("MatMul", {"x", "v"}, "a").node("Add", {"a", "x"}, "y"),
           "adds values of different shapes");
    expect(product().node("Softmax", {"a"}, "s").node("MatMul", {"s", "v"}, "y"), "comes after a softmax");
    expect(product().node("LogSoftmax", {"a"}, "y").with("axis", 0), "does not run over the classes");
    expect(product().node("Flatten", {"a"}, "y").with("axis", 0), "does not keep the first dimension");
    expect(product().node("Cast", {"a"}, "y").with("to", onnx::TensorProto::INT64), "makes other numbers");
    expect(Graph().node("MatMul", {"x", "v"}, "a").node("MatMul", {"a", "w"}, "y"),
           "takes 3 numbers per sample, but");
    expect(Graph().node("Identity", {"w"}, "y"), "its output does not come from its input");
    Graph two;
    Graph::add_value(*two.graph().add_input(), "x2", {3});
    expect(two.node("Add", {"x", "x2"}, "y"), "it has 2 inputs instead of one");
    Graph outputs;
    outputs.graph().add_output()->set_name("a");
    expect(outputs.node("MatMul", {"x", "w"}, "a").node("Relu", {"a"}, "y"),
           "it has 2 outputs instead of one");
    Graph whole;
    whole.graph().mutable_input(0)->mutable_type()->mutable_tensor_type()->set_elem_type(
        onnx::TensorProto::UINT8);
    expect(whole.node("Cast", {"x"}, "f").with("to", 1).node("MatMul", {"f", "v"}, "y"), "entries of U8");
    Graph deep;
    Graph::add_value(*deep.graph().mutable_input(0), "x", {2, 3});
    expect(deep.node("MatMul", {"x", "v"}, "y"), "works on a value of 3 dimensions; flatten it first");
    Graph reshaped;
    reshaped.add_whole_numbers("shape", {-1, 6});
    expect(reshaped.node("Reshape", {"x", "shape"}, "y"),
           "to two dimensions, samples and the 3 numbers of one");
    expect(Graph().node("Reshape", {"x", "x"}, "y"), "has a shape that is not known before it runs");
}

TEST(OnnxChain, RefusesWhatTheFormatAllowsButNoNetworkHas) {
    EXPECT_NE(Graph().node("Relu", {"x"}, "y").fault().find("it has no linear layer"), std::string::npos);
    Graph wide;
    Graph::add_value(*wide.graph().mutable_input(0), "x", {1000, 1001});
    EXPECT_NE(wide.node("Flatten", {"x"}, "y").fault().find("more than 1000000 numbers per sample"),
              std::string::npos);
    Graph many;
    std::string last = "x";
    for (int i = 0; i < 10'001; ++i) {
        const std::string next = i == 10'000 ? "y" : "r" + std::to_string(i);
        many.node("Relu", {last}, next);
        last = next;
    }
    EXPECT_NE(many.fault().find("more than 10000 steps"), std::string::npos);
}

/// Loads the file, which may be refused in the right manner only.
void open_damaged(const fs::path& path) {
    try {
        (void)load_network(path);
    } catch (const FormatError& error) {
        EXPECT_FALSE(std::string(error.what()).empty());
    } catch (const IoError&) {  // external data that is not there
    }
}

TEST(OnnxChain, EveryFileOfTheCorpusIsReadOrRefused) {
    int count = 0;
    for (const auto& entry :
         fs::recursive_directory_iterator(fs::path(ECKART_SOURCE_DIR) / "tests/corpus/onnx")) {
        if (entry.path().extension() != ".onnx") continue;
        SCOPED_TRACE(entry.path().string());
        open_damaged(entry.path());
        ++count;
    }
    EXPECT_GT(count, 100);
}

TEST(OnnxChain, DamagedModelsAreReadOrRefused) {
    const test::ScratchFolder folder;
    save_network(test::half_factored_network({4, 3, 1, 2}, 2, Rng(1)), {}, folder / "net.onnx",
                 Overwrite::kRefuse);
    const std::string bytes = read_file(folder / "net.onnx", 1 << 20);
    Rng rng(5);
    for (int i = 0; i < 1000; ++i) {
        std::string damaged = bytes;
        for (std::uint64_t k = 0; k <= rng.index(3); ++k) {
            const auto place = static_cast<std::size_t>(rng.index(damaged.size()));
            switch (rng.index(3)) {
                case 0:
                    damaged[place] = static_cast<char>(rng.index(256));
                    break;
                case 1:
                    damaged.erase(place, 1 + static_cast<std::size_t>(rng.index(4)));
                    break;
                default:
                    damaged.insert(place, 1, static_cast<char>(rng.index(256)));
            }
        }
        std::ofstream(folder / "damaged.onnx", std::ios::binary) << damaged;
        open_damaged(folder / "damaged.onnx");
    }
}

}  // namespace
}  // namespace eckart::io
