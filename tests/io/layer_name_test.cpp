#include "io/onnx/layer_name.hpp"

#include <gtest/gtest.h>

namespace eckart::io {
namespace {

/// The name of a layer whose weight, bias and node are called so.
std::string name_of(const std::string& weight, const std::string& bias, const std::string& node) {
    onnx::ModelProto model;
    model.mutable_graph()->add_node()->set_name(node);
    const std::filesystem::path file = "model.onnx";
    const GraphIndex index(model, file);
    GraphLinear linear;
    linear.value = weight;
    linear.uses.emplace_back();
    linear.uses.front().bias = bias;
    return layer_name(index, linear);
}

TEST(LayerName, IsTheWeightsWithoutItsEnding) {
    EXPECT_EQ(name_of("encoder.fc1.weight", "b", "/n/MatMul"), "encoder.fc1");
    EXPECT_EQ(name_of("W1", "fc.bias", "/n/MatMul"), "W1");
}

TEST(LayerName, IsTheBiasesWhereTheWeightsIsANumber) {
    EXPECT_EQ(name_of("onnx::MatMul_33", "layers.0.fc1.bias", "/layers.0/fc1/MatMul"), "layers.0.fc1");
    EXPECT_EQ(name_of("val_7", "head.bias", "node_MatMul_7"), "head");
}

TEST(LayerName, IsTheNodesWhereThereIsNoBias) {
    EXPECT_EQ(name_of("onnx::MatMul_33", "", "/layers.0/self_attn/q/MatMul"), "layers.0.self_attn.q");
    EXPECT_EQ(name_of("33", "", "/fc/MatMul"), "fc");
}

TEST(LayerName, StaysTheNumberWhereNothingElseIsKnown) {
    EXPECT_EQ(name_of("onnx::MatMul_33", "", "MatMul_5"), "onnx::MatMul_33");
    EXPECT_EQ(name_of("/fc/Constant_output_0", "", "/MatMul"), "/fc/Constant_output_0");
}

}  // namespace
}  // namespace eckart::io
