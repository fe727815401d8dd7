#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <numeric>

#include "eckart/core/atomic_file.hpp"
#include "eckart/core/rng.hpp"
#include "eckart/io/model_file.hpp"
#include "eckart/linalg/product.hpp"
#include "io/onnx/tensor_data.hpp"
#include "onnx_maker.hpp"
#include "scratch_folder.hpp"

namespace eckart::io {
namespace {

namespace fs = std::filesystem;
using test::OnnxMaker;
using test::ScratchFolder;

MatrixF random_weight(Eigen::Index rows, Eigen::Index cols, std::uint64_t seed) {
    Rng rng(seed);
    return MatrixF::NullaryExpr(rows, cols, [&] { return static_cast<float>(rng.normal()); });
}

/// The first `rank` rows and columns of the identity times W: any factors will do here.
EncodedFactors factors_of(const ModelFile& model, std::size_t index, std::int64_t rank) {
    const StoredLinear& linear = model.linears()[index];
    const MatrixF a = random_weight(rank, linear.in, 10 + index);
    const MatrixF b = random_weight(linear.out, rank, 20 + index);
    const auto code = [&](const MatrixF& m) {
        return encode(m.data(), static_cast<std::size_t>(m.size()), linear.dtype, linear.name);
    };
    return {linear.dtype, linear.out, linear.in, rank, code(a), code(b)};
}

void rewrite(const ModelFile& model, const fs::path& target, std::int64_t rank) {
    Replacements replacements;
    for (std::size_t i = 0; i < model.linears().size(); ++i) replacements.ranks[i] = rank;
    replacements.factors = [&](std::size_t i) { return factors_of(model, i, rank); };
    model.write(target, Overwrite::kReplace, replacements);
}

onnx::ModelProto parse(const fs::path& path) {
    onnx::ModelProto model;
    EXPECT_TRUE(model.ParseFromString(read_file(path, 1U << 30)));
    return model;
}

std::vector<std::string> operators_of(const onnx::GraphProto& graph) {
    std::vector<std::string> operators;
    for (const onnx::NodeProto& node : graph.node()) operators.push_back(node.op_type());
    return operators;
}

TEST(OnnxModel, ReadsTheWeightThatANodeSees) {
    const MatrixF weight = random_weight(7, 5, 1);
    OnnxMaker maker;
    maker.add_weight("fc.weight", weight);
    maker.add_node("Transpose", {"fc.weight"}, "t");
    maker.add_node("MatMul", {"x", "t"}, "y");
    const ScratchFolder folder;
    const auto model = open_model(maker.save(folder));
    ASSERT_EQ(model->linears().size(), 1U);
    EXPECT_EQ(model->linears()[0].name, "fc");
    EXPECT_EQ(model->linears()[0].out, 7);
    EXPECT_EQ(model->weight_float(0), weight);
    EXPECT_EQ(model->weight_double(0), weight.cast<double>());
}

TEST(OnnxModel, ReadsFromTheOtherSideOfAMatMul) {
    const MatrixF weight = random_weight(7, 5, 2);
    OnnxMaker maker;
    maker.add_weight("w", weight);
    maker.add_node("MatMul", {"w", "x"}, "y");
    const ScratchFolder folder;
    EXPECT_EQ(open_model(maker.save(folder))->weight_float(0), weight);
}

TEST(OnnxModel, DropsTheNodesThatOnlyLedToTheWeight) {
    OnnxMaker maker;
    maker.add_weight("fc.weight", random_weight(70, 50, 3));
    maker.add_node("Identity", {"fc.weight"}, "i");
    maker.add_node("Transpose", {"i"}, "t");
    maker.add_node("MatMul", {"x", "t"}, "y");
    const ScratchFolder folder;
    const auto model = open_model(maker.save(folder));
    rewrite(*model, folder / "out.onnx", 3);
    const onnx::ModelProto written = parse(folder / "out.onnx");
    EXPECT_EQ(operators_of(written.graph()), (std::vector<std::string>{"MatMul", "MatMul"}));
    ASSERT_EQ(written.graph().initializer_size(), 2);
    EXPECT_EQ(written.graph().initializer(0).name(), "fc.0.weight");
    EXPECT_EQ(written.graph().initializer(1).name(), "fc.1.weight");
}

TEST(OnnxModel, KeepsFactorsAsAPairThatCanBeCutAgain) {
    OnnxMaker maker;
    maker.add_weight("fc.weight", random_weight(50, 70, 4));
    maker.add_node("MatMul", {"x", "fc.weight"}, "y");
    const ScratchFolder folder;
    rewrite(*open_model(maker.save(folder)), folder / "nine.onnx", 9);
    const auto nine = open_model(folder / "nine.onnx");
    ASSERT_EQ(nine->linears().size(), 1U);
    EXPECT_EQ(nine->linears()[0].rank, 9);
    EXPECT_EQ(nine->linears()[0].out, 70);
    EXPECT_EQ(nine->linears()[0].in, 50);
    const auto [a, b] = nine->factors_float(0);
    EXPECT_EQ(a, random_weight(9, 50, 10));
    EXPECT_EQ(b, random_weight(70, 9, 20));
    rewrite(*nine, folder / "four.onnx", 4);
    const auto four = open_model(folder / "four.onnx");
    ASSERT_EQ(four->linears().size(), 1U);
    EXPECT_EQ(four->linears()[0].rank, 4);
    EXPECT_EQ(four->factors_float(0).second, random_weight(70, 4, 20));
    EXPECT_EQ(parse(folder / "four.onnx").graph().node_size(), 2);
}

TEST(OnnxModel, FactorsAWeightThatTwoNodesShareOnce) {
    OnnxMaker maker;
    maker.add_weight("w", random_weight(60, 60, 5));
    maker.add_node("MatMul", {"x", "w"}, "h");
    maker.add_node("MatMul", {"h", "w"}, "y");
    const ScratchFolder folder;
    const auto model = open_model(maker.save(folder));
    ASSERT_EQ(model->linears().size(), 1U);
    EXPECT_EQ(model->linears()[0].uses, 2);
    rewrite(*model, folder / "out.onnx", 5);
    const onnx::ModelProto written = parse(folder / "out.onnx");
    EXPECT_EQ(written.graph().node_size(), 4);
    EXPECT_EQ(written.graph().initializer_size(), 2);
    EXPECT_EQ(open_model(folder / "out.onnx")->linears().size(), 1U);
}

TEST(OnnxModel, NamesWeightsInsideOfBranchesAndFunctions) {
    OnnxMaker maker;
    maker.add_weight("fc.weight", random_weight(7, 5, 6));
    maker.add_node("MatMul", {"x", "fc.weight"}, "h");
    const onnx::TensorProto inner = maker.graph().initializer(0);
    onnx::AttributeProto* branch = maker.add_node("If", {"h"}, "y").add_attribute();
    branch->set_name("then_branch");
    branch->set_type(onnx::AttributeProto::GRAPH);
    *branch->mutable_g()->add_initializer() = inner;
    branch->mutable_g()->mutable_initializer(0)->set_name("inner.weight");
    onnx::FunctionProto* function = maker.model().add_functions();
    function->set_name("f");
    function->set_domain("d");
    onnx::NodeProto* constant = function->add_node();
    constant->set_op_type("Constant");
    constant->add_output("held");
    onnx::AttributeProto* value = constant->add_attribute();
    value->set_name("value");
    value->set_type(onnx::AttributeProto::TENSOR);
    *value->mutable_t() = inner;
    const ScratchFolder folder;
    const auto model = open_model(maker.save(folder));
    ASSERT_EQ(model->kept().size(), 2U);
    EXPECT_EQ(model->kept()[0].name, "inner.weight");
    EXPECT_EQ(model->kept()[0].why, "is inside a branch or loop");
    EXPECT_EQ(model->kept()[1].name, "held");
    EXPECT_EQ(model->kept()[1].why, "is inside a function");
}

TEST(OnnxModel, LargeDataPassThroughByteForByteWhereverTheyAre) {
    OnnxMaker maker;
    maker.add_weight("w", random_weight(40, 40, 6));
    const MatrixF table = random_weight(300, 17, 7);
    maker.add_weight("table", table);
    maker.add_node("MatMul", {"x", "w"}, "h");
    onnx::NodeProto& constant = maker.add_node("Constant", {}, "c");
    onnx::AttributeProto* value = constant.add_attribute();
    value->set_name("value");
    value->set_type(onnx::AttributeProto::TENSOR);
    *value->mutable_t() = maker.graph().initializer(1);
    value->mutable_t()->clear_name();
    maker.add_node("Gather", {"table", "h"}, "g");
    maker.add_node("Mul", {"g", "c"}, "y");
    const ScratchFolder folder;
    const auto model = open_model(maker.save(folder));
    rewrite(*model, folder / "out.onnx", 2);
    const onnx::ModelProto written = parse(folder / "out.onnx");
    EXPECT_EQ(written.graph().initializer(0).SerializeAsString(),
              maker.graph().initializer(1).SerializeAsString());
    EXPECT_EQ(written.graph().node(2).SerializeAsString(), maker.graph().node(1).SerializeAsString());
}

TEST(OnnxModel, WithoutReplacementsItWritesTheSameModel) {
    OnnxMaker maker;
    maker.add_weight("w", random_weight(40, 40, 8));
    maker.add_node("MatMul", {"x", "w"}, "y");
    maker.model().set_producer_name("someone");
    maker.model().set_doc_string("of old");
    const ScratchFolder folder;
    open_model(maker.save(folder))->write(folder / "out.onnx", Overwrite::kRefuse, {});
    EXPECT_EQ(parse(folder / "out.onnx").SerializeAsString(), maker.model().SerializeAsString());
}

TEST(OnnxModel, ExternalDataComeAndGoInFilesBeside) {
    OnnxMaker maker;
    const MatrixF weight = random_weight(30, 50, 9);
    onnx::TensorProto& tensor = maker.add_weight("w", weight);
    const ScratchFolder folder;
    write_file(folder / "weights.bin", std::string(5, 'x') + tensor.raw_data(), Overwrite::kRefuse);
    tensor.clear_raw_data();
    tensor.set_data_location(onnx::TensorProto::EXTERNAL);
    for (const auto& [key, text] : {std::pair{"location", "weights.bin"}, std::pair{"offset", "5"}}) {
        onnx::StringStringEntryProto* entry = tensor.add_external_data();
        entry->set_key(key);
        entry->set_value(text);
    }
    maker.add_node("MatMul", {"x", "w"}, "y");
    const auto model = open_model(maker.save(folder));
    EXPECT_EQ(model->weight_float(0), MatrixF(weight.transpose()));
    EXPECT_EQ(model->inputs().size(), 2U);
    const std::vector<fs::path> outputs = model->outputs(folder / "out.onnx");
    EXPECT_EQ(outputs, (std::vector<fs::path>{folder / "out.onnx.data", folder / "out.onnx"}));
    rewrite(*model, folder / "out.onnx", 4);
    const auto written = open_model(folder / "out.onnx");
    EXPECT_EQ(written->factors_float(0).first, random_weight(4, 30, 10));
    EXPECT_TRUE(parse(folder / "out.onnx").graph().initializer(0).raw_data().empty());
}

}  // namespace
}  // namespace eckart::io
