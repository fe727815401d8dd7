#include "io/onnx/layer_name.hpp"

#include <fmt/core.h>
#include <gtest/gtest.h>

namespace eckart::io {
namespace {

/// The name of a layer whose weight, bias and node are called so; `scopes`: what torch.export notes at the
/// node.
std::string name_of(const std::string& weight, const std::string& bias, const std::string& node,
                    const std::string& scopes = "") {
    onnx::ModelProto model;
    onnx::NodeProto& user = *model.mutable_graph()->add_node();
    onnx::StringStringEntryProto entry;
    entry.set_key("pkg.torch.onnx.name_scopes");
    entry.set_value(scopes);
    const std::string bytes = entry.SerializeAsString();
    // Field 9, metadata_props, which older classes do not have.
    EXPECT_TRUE(user.ParseFromString(fmt::format("\x4a{}{}", static_cast<char>(bytes.size()), bytes)));
    user.set_name(node);
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

TEST(LayerName, IsTheModulesWhereTheExporterHasNotedIt) {
    const std::string scopes = "['', 'layers.0', 'layers.0.gate', 'linear']";
    EXPECT_EQ(name_of("val_7", "", "node_MatMul_7", scopes), "layers.0.gate");
    EXPECT_EQ(name_of("val_7", "head.bias", "node_MatMul_7", scopes), "head");
    for (const char* of_no_module : {"['', 'linear']", "['linear']", "[]", "'", "['a', 'b"})
        EXPECT_EQ(name_of("val_7", "", "node_MatMul_7", of_no_module), "val_7") << of_no_module;
}

TEST(LayerName, StaysTheNumberWhereNothingElseIsKnown) {
    EXPECT_EQ(name_of("onnx::MatMul_33", "", "MatMul_5"), "onnx::MatMul_33");
    EXPECT_EQ(name_of("/fc/Constant_output_0", "", "/MatMul"), "/fc/Constant_output_0");
}

}  // namespace
}  // namespace eckart::io
