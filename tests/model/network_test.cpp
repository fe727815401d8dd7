// Networks of any architecture: steps against stages, what is refused, files' JSON.
#include "eckart/model/network.hpp"

#include <gtest/gtest.h>

#include "eckart/core/error.hpp"
#include "error_message.hpp"
#include "small_networks.hpp"

namespace eckart::model {
namespace {

using test::expect_words;
using test::message_of;

/// 784 - 300 - 100 - 10 with a sum over the second layer, one layer without bias.
Architecture example() {
    Architecture architecture{784, {}, {}};
    const std::size_t a = architecture.add_relu(architecture.add_linear(0, "layers.0.fc", 300));
    const std::size_t b = architecture.add_relu(architecture.add_linear(a, "layers.1.fc", 300, false));
    const std::size_t c = architecture.add_linear(architecture.add_sum(b, a), "layers.2.fc", 100);
    architecture.add_linear(architecture.add_relu(c), "layers.3.fc", 10);
    return architecture;
}

/// Every step by itself, in double.
MatrixD run_step_by_step(const Network<double>& network, const MatrixD& x) {
    std::vector<MatrixD> values{x};
    for (const Step& step : network.architecture().steps) {
        MatrixD y = values[step.input];
        if (step.kind == Step::Kind::kRelu) y = y.cwiseMax(0.0).eval();
        if (step.kind == Step::Kind::kAdd) y += values[step.other];
        if (step.kind == Step::Kind::kLinear) {
            const Linear<double>& layer = network.layer(step.layer);
            y = y * layer.dense_weight().transpose();
            if (layer.bias().value.size() > 0) y.rowwise() += layer.bias().value.row(0);
        }
        values.push_back(std::move(y));
    }
    return values.back();
}

TEST(Network, RandomArchitecturesComputeWhatTheirStepsSay) {
    const auto backend = ops::make_reference_backend<double>();
    const auto fast = ops::make_onednn_backend();
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        SCOPED_TRACE(seed);
        Rng rng(seed);
        const Architecture architecture = test::random_architecture(rng);
        const auto network = test::random_network(architecture, seed % 2 == 0 ? 2 : 0, rng);
        const MatrixF x = test::random_matrix<float>(7, architecture.input, rng);
        const MatrixD wide = x.cast<double>();
        NetworkState<double> state;
        NetworkState<float> fast_state;
        const MatrixD expected = run_step_by_step(convert<double>(network), wide);
        const double scale = 1 + expected.cwiseAbs().maxCoeff();
        const MatrixD y = convert<double>(network).forward(*backend, view(wide), state);
        EXPECT_LE((y - expected).cwiseAbs().maxCoeff(), 1e-13 * scale);
        const MatrixF z = network.forward(*fast, view(x), fast_state);
        EXPECT_LE((z.cast<double>() - expected).cwiseAbs().maxCoeff(), 1e-5 * scale);
        EXPECT_EQ(architecture_from_json(to_json(architecture)), architecture);
    }
}

TEST(Network, ResidualMlpRunsEveryLayerWithItsSumAndReluInOneStage) {
    const std::vector<Stage> stages = stages_of(residual_mlp());
    ASSERT_EQ(stages.size(), 6U);
    for (std::size_t i = 0; i < 6; ++i) {
        EXPECT_EQ(stages[i].layer, i);
        EXPECT_EQ(stages[i].relu, i < 5);
        EXPECT_EQ(stages[i].addend.has_value(), i == 2 || i == 4);
    }
    EXPECT_EQ(stages[2].addend, stages[0].output);
    EXPECT_EQ(stages[4].addend, stages[2].output);
}

TEST(Network, StagesKeepValuesThatAreUsedTwice) {
    // The layer's own output is added later, so that the ReLU after it runs by itself.
    Architecture architecture{3, {}, {}};
    const std::size_t z = architecture.add_linear(0, "a", 3);
    architecture.add_linear(architecture.add_sum(architecture.add_relu(z), z), "b", 2);
    const std::vector<Stage> stages = stages_of(architecture);
    ASSERT_EQ(stages.size(), 4U);
    EXPECT_FALSE(stages[0].relu);
    EXPECT_FALSE(stages[1].layer);
    EXPECT_TRUE(stages[1].relu);
    EXPECT_EQ(stages[2].addend, 1U);
}

TEST(Network, SizesCountOnlyTheBiasesThatAreThere) {
    const auto network = make_initialized(example(), Rng(1));
    const std::int64_t macs = 784 * 300 + 300 * 300 + 300 * 100 + 100 * 10;
    EXPECT_EQ(network.size().macs, macs);
    EXPECT_EQ(network.size().parameters, macs + 300 + 100 + 10);
    EXPECT_EQ(network.parameters().size(), 7U);
    EXPECT_EQ(describe(network).at("parameters"), network.size().parameters);
    EXPECT_EQ(outline(network.architecture()), "Network 784 - 300 - 300 - 100 - 10");
    EXPECT_EQ(outline(residual_mlp()), "Residual MLP 3072 - 1000 x (1 + 2 x 2) - 10");
}

TEST(Network, RebuiltAndConvertedNetworksKeepLayersWithoutBias) {
    Rng rng(5);
    const auto network = test::random_network(example(), 3, rng);
    const Network<double> rebuilt = rebuild_dense(network);
    EXPECT_FALSE(rebuilt.factored());
    EXPECT_EQ(rebuilt.layer(1).bias().value.size(), 0);
    EXPECT_EQ(convert<float>(rebuilt).size().parameters, make_initialized(example(), rng).size().parameters);
}

TEST(Network, RefusesLayersWithAndWithoutBiasInEachOthersPlace) {
    auto network = make_initialized(example(), Rng(1));
    const std::string message = message_of<InvalidArgument>([&] {
        network.replace_layer(
            1, std::make_unique<DenseLinear<float>>("layers.1.fc", MatrixF(300, 300), MatrixF::Zero(1, 300)));
    });
    expect_words(message, {"'layers.1.fc' (300, 300) with bias", "(300, 300) without bias belongs"});
}

TEST(Architecture, RefusesWhatIsNoNetwork) {
    const auto fault = [](auto change) {
        Architecture architecture = example();
        change(architecture);
        return message_of<InvalidArgument>([&] { architecture.validate(); });
    };
    using A = Architecture;
    expect_words(fault([](A& a) { a = {3, {}, {}}; }), {"no linear layer"});
    expect_words(fault([](A& a) { a = {0, {}, {}}; }), {"input is 0", "1000000"});
    expect_words(fault([](A& a) { a.layers[1].out = 0; }), {"'layers.1.fc' is 0"});
    expect_words(fault([](A& a) { a.layers[1].in = 7; }), {"'layers.1.fc' takes 7 numbers, but gets 300"});
    expect_words(fault([](A& a) { a.layers[1].name = "layers.0.fc"; }), {"two layers have the name"});
    expect_words(fault([](A& a) { a.layers[1].name = "layers.0.fc.1"; }), {"cannot both be"});
    expect_words(fault([](A& a) { a.layers[1].name = ""; }), {"name of layer"});
    expect_words(fault([](A& a) { a.layers[1].name = "a\nb"; }), {"name of layer"});
    expect_words(fault([](A& a) { a.layers[1].name.assign(201, 'x'); }), {"longer than 200 bytes"});
    expect_words(fault([](A& a) { a.steps[4].other = 0; }),
                 {"step 5 adds a value of width 784 to one of 300"});
    expect_words(fault([](A& a) { a.steps[4].other = 5; }), {"step 5 works on the values"});
    expect_words(fault([](A& a) { a.steps[1].input = 2; }), {"step 2 works on the values"});
    expect_words(fault([](A& a) { a.steps[2].layer = 0; }), {"layer 1 of 4, where layer 2 comes next"});
    expect_words(fault([](A& a) { a.layers.push_back({"more", 1, 1}); }), {"5 layers, but steps for 4"});
    expect_words(fault([](A& a) { a.add_linear(3, "side", 4); }), {"nothing uses the value of step 8"});
    expect_words(fault([](A& a) {
                     for (std::size_t i = 0; i < kMostSteps; ++i) a.add_relu(a.steps.size());
                 }),
                 {"at most 10000"});
}

TEST(Architecture, ChainAsJson) {
    Architecture architecture{4, {}, {}};
    const std::size_t a = architecture.add_relu(architecture.add_linear(0, "fc", 3, false));
    architecture.add_sum(architecture.add_linear(a, "out", 3), a);
    const Json json = to_json(architecture);
    EXPECT_EQ(to_text(json), R"({"architecture":"chain","input":4,"steps":[)"
                             R"({"op":"linear","layer":"fc","out":3,"bias":false},{"op":"relu"},)"
                             R"({"op":"linear","layer":"out","out":3,"bias":true},{"op":"add","other":2}]})");
    EXPECT_EQ(architecture_from_json(json), architecture);
}

TEST(Architecture, RefusesChainsAsJsonWithMissingOrWrongFields) {
    const Json good = to_json(example());
    const auto fault = [&](auto change) {
        Json json = good;
        change(json);
        return message_of<FormatError>([&] { (void)architecture_from_json(json); });
    };
    expect_words(fault([](Json& j) { j.erase("input"); }), {"lacks 'input'"});
    expect_words(fault([](Json& j) { j.erase("steps"); }), {"lacks 'steps'"});
    expect_words(fault([](Json& j) { j["steps"] = Json::object(); }), {"no array"});
    expect_words(fault([](Json& j) { j["steps"] = Json::array(); }), {"no linear layer"});
    expect_words(fault([](Json& j) { j["steps"] = Json(std::vector<int>(10001)); }), {"at most 10000"});
    expect_words(fault([](Json& j) { j["steps"][1] = 5; }), {"step 2 of the architecture is not"});
    expect_words(fault([](Json& j) { j["steps"][1]["op"] = "tanh"; }), {"step 2", "\"tanh\"", "\"relu\""});
    expect_words(fault([](Json& j) { j["steps"][1]["op"] = 1; }), {"step 2", "a text is expected"});
    expect_words(fault([](Json& j) { j["steps"][1].erase("op"); }), {"step 2", "lacks 'op'"});
    expect_words(fault([](Json& j) { j["steps"][0].erase("bias"); }), {"step 1", "lacks 'bias'"});
    expect_words(fault([](Json& j) { j["steps"][0]["bias"] = 1; }), {"true or false is expected"});
    expect_words(fault([](Json& j) { j["steps"][0]["out"] = 3.5; }), {"'out' is 3.5", "an integer"});
    expect_words(fault([](Json& j) { j["steps"][0]["out"] = -1; }), {"'layers.0.fc' is -1"});
    expect_words(fault([](Json& j) { j["steps"][0]["layer"] = Json(); }), {"a text is expected"});
    expect_words(fault([](Json& j) { j["steps"][4]["other"] = 5; }), {"'other' is 5", "0 to 4"});
    expect_words(fault([](Json& j) { j["steps"][4]["other"] = -1; }), {"'other' is -1", "0 to 4"});
    expect_words(fault([](Json& j) { j["steps"][4]["other"] = std::uint64_t{1} << 63; }), {"0 to 4"});
    expect_words(fault([](Json& j) { j["steps"][1]["input"] = 2; }), {"'input' is 2", "0 to 1"});
}

}  // namespace
}  // namespace eckart::model
