// Every file that tests/corpus/make_onnx_corpus.py makes: refused with the right words, left alone for the
// right reason, or read.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "eckart/core/error.hpp"
#include "eckart/io/model_file.hpp"

namespace eckart::io {
namespace {

namespace fs = std::filesystem;

/// A file without ".onnx", or a folder with model.onnx, and what the error or the reason must say.
struct Words {
    std::string file;
    std::string words;
};

void PrintTo(const Words& words, std::ostream* stream) {
    *stream << words.file;
}

const std::vector<Words> kMalformed{
    {"alpha_is_an_integer", "gives node 'fc' (Gemm) a 'alpha' of the wrong type"},
    {"alpha_is_nan", "gives node 'fc' (Gemm) alpha = nan, which is no finite number"},
    {"attribute_twice", "gives node 'fc' (Gemm) the attribute 'transB' twice"},
    {"bias_missing", "uses 'fc.bias' in node 'fc' (Gemm), but nothing makes it"},
    {"bias_one_short", "holds the tensor 'fc.bias' with 4 bytes where its shape (2) needs 8"},
    {"branch_promises_what_nothing_makes", "promises the output 'nowhere', but nothing makes it"},
    {"branch_uses_what_comes_later", "uses 'y' in node 'r' (Relu), but nothing makes it"},
    {"branch_uses_what_nothing_makes", "uses 'nowhere' in node 'r' (Relu), but nothing makes it"},
    {"branch_without_a_graph", "gives node 'z' (If) no graph as 'then_branch'"},
    {"constant_whose_value_is_no_tensor", "gives node 'c' (Constant) a value that is no tensor"},
    {"constant_with_two_values", "gives node 'c' (Constant) 2 values where one belongs"},
    {"constant_without_a_value", "gives node 'c' (Constant) 0 values where one belongs"},
    {"convolution_of_a_matrix", "gives node 'fc' (Conv) a weight of 2 dimensions, where 3 or more belong"},
    {"convolution_of_a_vector", "gives node 'fc' (Conv) a weight of 1 dimensions, where 3 or more belong"},
    {"convolution_of_a_wrong_bias", "gives node 'fc' (Conv) a bias that does not fit its 2 outputs"},
    {"convolution_whose_kernel_shape_differs",
     "gives node 'fc' (Conv) a kernel_shape that its weight has not"},
    {"cut_by_one_byte", "it is cut off"},
    {"cut_in_a_length", "it is cut off"},
    {"cut_in_raw_data", "it is cut off"},
    {"cut_in_the_graph", "it is cut off"},
    {"cycle", "uses 'b' in node 'a' (Add) before node 'b' (Relu) makes it: the graph has a cycle, or"},
    {"cycle_of_one_node",
     "uses 'a' in node 'a' (Add) before node 'a' (Add) makes it: the graph has a cycle, or"},
    {"data_type_0", "holds the tensor 'fc.weight' without a data type"},
    {"data_type_missing", "holds the tensor 'fc.weight' without a data type"},
    {"data_type_negative", "holds the tensor 'fc.weight' without a data type"},
    {"dim_negative", "holds the tensor 'fc.weight' with the impossible shape (2, -3)"},
    {"dim_of_2_to_the_62", "holds the tensor 'fc.weight' with the impossible shape (4611686018427387904, 3)"},
    {"dims_are_floats", "holds the tensor 'fc.weight' with 24 bytes where its shape () needs 4"},
    {"dims_huge_beside_zero", "holds the tensor 'fc.weight' with the impossible shape (4611686018427387904,"},
    {"dims_overflow", "holds the tensor 'fc.weight' with the impossible shape (4294967296, 4294967296)"},
    {"dims_overflow_to_6",
     "holds the tensor 'fc.weight' with the impossible shape (-9223372036854775805, 2)"},
    {"double_data_of_floats",
     "holds the tensor 'fc.weight' with 6 entries of F32 where its shape (2, 3) needs 6"},
    {"empty", "is not an ONNX model: it is empty"},
    {"end_of_a_group_alone", "it is damaged"},
    {"external_absolute", "keeps 'fc.weight' in the external file '/etc/hostname', an absolute path"},
    {"external_and_raw_data", "holds the tensor 'fc.weight' with its data given twice"},
    {"external_by_way_of_the_parent_folder",
     "keeps 'fc.weight' in the external file '../external_missing/weight.bin', outside the"},
    {"external_file_empty",
     "keeps the tensor 'fc.weight' in bytes 0 to 24 of 'weight.bin', which has only 0"},
    {"external_file_one_short",
     "keeps the tensor 'fc.weight' in bytes 0 to 24 of 'weight.bin', which has only 23"},
    {"external_in_the_parent_folder",
     "keeps 'fc.weight' in the external file '../weight.bin', outside the model's folder"},
    {"external_inner_parent_folder",
     "keeps 'fc.weight' in the external file 'in/../weight.bin', outside the model's folder"},
    {"external_is_a_folder", "keeps 'fc.weight' in the external file 'folder', which is not a regular file"},
    {"external_is_the_folder_itself",
     "keeps 'fc.weight' in the external file '.', which is not a regular file"},
    {"external_length_0",
     "gives the tensor 'fc.weight' 0 bytes of external data where its shape (2, 3) needs 24"},
    {"external_length_beyond_the_end",
     "gives the tensor 'fc.weight' 1000 bytes of external data where its shape (2, 3) needs 24"},
    {"external_length_negative",
     "gives the external data of 'fc.weight' the length '-1', which is no number of bytes"},
    {"external_length_of_2_to_the_64_less_1",
     "gives the tensor 'fc.weight' 18446744073709551615 bytes of external data where its"},
    {"external_length_of_another_shape",
     "gives the tensor 'fc.weight' 20 bytes of external data where its shape (2, 3) needs 24"},
    {"external_location_empty", "keeps 'fc.weight' as external data without saying where"},
    {"external_location_hostile",
     R"(keeps 'fc.weight' in the external file 'a\x0ab\x1b[2Jc\x7f\xff', which is missing)"},
    {"external_location_in_a_file",
     "keeps 'fc.weight' in the external file 'weight.bin/weight.bin', which is missing"},
    {"external_location_of_5000_characters", "keeps 'fc.weight' in the external file"},
    {"external_location_twice", "gives the location of the external data of 'fc.weight' twice"},
    {"external_location_with_a_nul",
     R"(keeps 'fc.weight' in the external file 'weight.bin\x00.txt', whose name holds a NUL byte)"},
    {"external_missing", "keeps 'fc.weight' in the external file 'weight.bin', which is missing"},
    {"external_of_an_unknown_type",
     "holds the tensor 'fc.weight' of the unknown data type 99 as external data"},
    {"external_of_texts", "holds the tensor 'fc.weight' of texts as external data"},
    {"external_offset_a_text",
     "gives the external data of 'fc.weight' the offset 'zero', which is no number of bytes"},
    {"external_offset_beyond_the_end",
     "keeps the tensor 'fc.weight' in bytes 1000 to 1024 of 'weight.bin', which has only 24"},
    {"external_offset_empty",
     "gives the external data of 'fc.weight' the offset '', which is no number of bytes"},
    {"external_offset_hexadecimal",
     "gives the external data of 'fc.weight' the offset '0x0', which is no number of bytes"},
    {"external_offset_negative",
     "gives the external data of 'fc.weight' the offset '-4', which is no number of bytes"},
    {"external_offset_of_2_to_the_64",
     "gives the external data of 'fc.weight' the offset '18446744073709551616', which is no"},
    {"external_offset_one_too_far",
     "keeps the tensor 'fc.weight' in bytes 1 to 25 of 'weight.bin', which has only 24"},
    {"external_offset_that_overflows",
     "keeps the tensor 'fc.weight' in bytes 18446744073709551608 to 1.8446744073709552e+19 of"},
    {"external_offset_twice", "gives the offset of the external data of 'fc.weight' twice"},
    {"external_offset_with_a_space",
     "gives the external data of 'fc.weight' the offset ' 0', which is no number of bytes"},
    {"external_symlink", "keeps 'fc.weight' in the external file 'link.bin', a symbolic link"},
    {"external_symlink_to_a_folder",
     "keeps 'fc.weight' in the external file 'link/weight.bin', a symbolic link"},
    {"external_without_entries", "keeps 'fc.weight' as external data without saying where"},
    {"external_without_location", "keeps 'fc.weight' as external data without saying where"},
    {"field_number_0", "it is damaged"},
    {"field_number_too_large", "it is damaged"},
    {"float_data_of_doubles",
     "holds the tensor 'fc.weight' with 6 entries of F64 where its shape (2, 3) needs 6"},
    {"float_data_one_long",
     "holds the tensor 'fc.weight' with 7 entries of F32 where its shape (2, 3) needs 6"},
    {"float_data_one_short",
     "holds the tensor 'fc.weight' with 5 entries of F32 where its shape (2, 3) needs 6"},
    {"function_promises_what_nothing_makes", "has a function 'F' whose output 'nowhere' nothing makes"},
    {"function_uses_what_nothing_makes", "uses 'nowhere' in node 'b' (Relu), but nothing makes it"},
    {"gemm_of_a_three_dimensional_weight", "gives node 'fc' (Gemm) a weight of 3 dimensions, where 2 belong"},
    {"gemm_of_a_wrong_bias", "gives node 'fc' (Gemm) a bias that does not fit its 2 outputs"},
    {"gemm_of_two_outputs", "gives node 'fc' (Gemm) 2 outputs, where 1 belongs"},
    {"gemm_with_four_inputs", "gives node 'fc' (Gemm) 4 inputs, where 2 or 3 belong"},
    {"gemm_with_one_input", "gives node 'fc' (Gemm) 1 inputs, where 2 or 3 belong"},
    {"gemm_without_inputs", "gives node 'fc' (Gemm) 0 inputs, where 2 or 3 belong"},
    {"graph_is_a_number", "it has a field of the wrong kind"},
    {"graph_is_empty", "is an ONNX model without a graph"},
    {"group_without_end", "it is damaged"},
    {"gzip", "compressed with gzip; unpack it first"},
    {"half_one_short", "holds the tensor 'fc.weight' with 11 bytes where its shape (2, 3) needs 12"},
    {"hdf5", "an HDF5 file (Keras)"},
    {"hostile_name_of_a_broken_tensor",
     R"(holds the tensor 'a\x0ab\x1b[2Jc\x7f\xff' with 0 entries of F32 where its shape (3))"},
    {"hostile_name_of_a_missing_input",
     R"(uses 'a\x0ab\x1b[2Jc\x7f\xff' in node 'a\x0ab\x1b[2Jc\x7f\xff' (Relu), but nothing)"},
    {"hostile_name_of_an_initializer_twice", R"(has two initializers called 'a\x0ab\x1b[2Jc\x7f\xff')"},
    {"hostile_operator", R"(uses 'nowhere' in node 'z' (a\x0ab\x1b[2Jc\x7f\xff), but nothing makes it)"},
    {"initializer_twice", "has two initializers called 'fc.bias'"},
    {"initializer_without_a_name", "has an initializer without a name"},
    {"inner_length_beyond_the_outer", "it is cut off"},
    {"input_of_a_node_unknown", "uses 'nowhere' in node 'z' (Relu), but nothing makes it"},
    {"input_of_the_graph_twice", "makes the value 'x' twice"},
    {"input_without_a_name", "has an input without a name"},
    {"int32_data_of_floats",
     "holds the tensor 'fc.weight' with 6 entries of F32 where its shape (2, 3) needs 6"},
    {"int64_data_of_floats",
     "holds the tensor 'fc.weight' with 6 entries of F32 where its shape (2, 3) needs 6"},
    {"ir_version_0", "is not an ONNX model: its IR version is 0"},
    {"ir_version_huge", "is not an ONNX model: its IR version is 4611686018427387904"},
    {"ir_version_is_a_text", "is not an ONNX model: its IR version is 0"},
    {"ir_version_negative", "is not an ONNX model: its IR version is -1"},
    {"json", "it has the member 'ir_version' where the format has none"},
    {"length_beyond_the_end", "it is cut off"},
    {"length_of_2_to_the_31", "it is cut off"},
    {"length_of_2_to_the_63", "it is damaged"},
    {"length_too_long", "it is cut off"},
    {"nested_200_graphs", "it nests messages too deeply"},
    {"no_graph", "is an ONNX model without a graph"},
    {"no_ir_version", "is not an ONNX model: its IR version is 0"},
    {"no_opset", "is an ONNX model that does not say which operators it uses (no opset_import)"},
    {"node_without_operator", "has a node 'z' () without an operator"},
    {"node_without_outputs", "has a node 'fc' (Gemm) without outputs"},
    {"nodes_not_sorted",
     "uses 'h' in node 'relu' (Relu) before node 'fc' (Gemm) makes it: the graph has a cycle,"},
    {"numpy", "a NumPy array"},
    {"one_byte", "it is damaged"},
    {"one_byte_too_many", "it is damaged"},
    {"one_zero", "it is damaged"},
    {"opset_0", "imports the operators of '' twice or in version 0"},
    {"opset_negative", "imports the operators of '' twice or in version -17"},
    {"opset_of_another_domain_alone",
     "is an ONNX model that does not say which operators it uses (no opset_import)"},
    {"opset_twice", "imports the operators of '' twice or in version 13"},
    {"other_tensor_one_short", "holds the tensor 'other' with 4 bytes where its shape (3) needs 12"},
    {"output_of_the_graph_twice", "has the output 'y' twice"},
    {"output_of_the_graph_unknown", "promises the output 'nowhere', but nothing makes it"},
    {"own_reference_beyond", "gives the data of 'fc.weight' twice"},
    {"own_reference_to_data", "gives the data of 'fc.weight' twice"},
    {"packed_dims_cut_off", "a field has the wrong kind"},
    {"packed_floats_cut_off", "a field has the wrong kind"},
    {"perm_is_a_text", "gives node 'turn' (Transpose) a 'perm' of the wrong type"},
    {"perm_negative", "gives node 'turn' (Transpose) a perm that does not fit its input of 2 dimensions"},
    {"perm_of_one", "gives node 'turn' (Transpose) a perm that does not fit its input of 2 dimensions"},
    {"perm_of_three", "gives node 'turn' (Transpose) a perm that does not fit its input of 2 dimensions"},
    {"perm_out_of_range", "gives node 'turn' (Transpose) a perm that does not fit its input of 2 dimensions"},
    {"perm_twice_the_same",
     "gives node 'turn' (Transpose) a perm that does not fit its input of 2 dimensions"},
    {"pickle", "a PyTorch pickle"},
    {"quantized_axis_out_of_range",
     "gives node 'dequantize' (DequantizeLinear) scales or zero points that do not fit its"},
    {"quantized_scale_of_another_shape",
     "gives node 'dequantize' (DequantizeLinear) scales or zero points that do not fit its"},
    {"quantized_zero_point_of_another_shape",
     "gives node 'dequantize' (DequantizeLinear) scales or zero points that do not fit its"},
    {"quantized_zero_point_of_another_type",
     "gives node 'dequantize' (DequantizeLinear) scales or zero points that do not fit its"},
    {"raw_data_and_float_data", "holds the tensor 'fc.weight' with its data given twice"},
    {"raw_data_empty", "holds the tensor 'fc.weight' with 0 entries of F32 where its shape (2, 3) needs 6"},
    {"raw_data_is_a_number",
     "holds the tensor 'fc.weight' with 0 entries of F32 where its shape (2, 3) needs 6"},
    {"raw_data_missing", "holds the tensor 'fc.weight' with 0 entries of F32 where its shape (2, 3) needs 6"},
    {"raw_data_one_long", "holds the tensor 'fc.weight' with 25 bytes where its shape (2, 3) needs 24"},
    {"raw_data_one_short", "holds the tensor 'fc.weight' with 23 bytes where its shape (2, 3) needs 24"},
    {"tensor_of_a_branch_one_short",
     "holds the tensor 't' with 0 entries of F32 where its shape (3) needs 3"},
    {"tensor_of_a_node_one_short", "holds the tensor '' with 4 bytes where its shape (3) needs 12"},
    {"text", "it is damaged"},
    {"texts_as_raw_data", "holds the tensor 'fc.weight' of texts as raw data"},
    {"texts_one_short",
     "holds the tensor 'fc.weight' with 5 entries of STRING where its shape (2, 3) needs 6"},
    {"trans_b_is_7", "gives node 'fc' (Gemm) transB = 7, where 0 or 1 belongs"},
    {"trans_b_is_a_float", "gives node 'fc' (Gemm) a 'transB' of the wrong type"},
    {"trans_b_is_a_text", "gives node 'fc' (Gemm) a 'transB' of the wrong type"},
    {"transpose_of_two_outputs", "gives node 'turn' (Transpose) 2 outputs, where 1 belongs"},
    {"value_made_twice", "makes the value 'y' twice"},
    {"value_made_twice_by_a_node", "makes the value 'z' twice"},
    {"value_named_like_an_initializer", "makes the value 'fc.bias' twice"},
    {"value_named_like_the_input", "makes the value 'x' twice"},
    {"varint_too_long", "it is damaged"},
    {"weight_missing", "uses 'fc.weight' in node 'fc' (Gemm), but nothing makes it"},
    {"wire_type_6", "it is damaged"},
    {"wire_type_7", "it is damaged"},
    {"zip_of_pytorch", "a PyTorch pickle"},
};

/// The reason why the weight stays; empty where nothing looks like a weight.
const std::vector<Words> kLeftAlone{
    {"convolution_in_groups", "is a convolution in groups"},
    {"convolution_of_3x3", "is a convolution whose kernel is larger than 1"},
    {"layer_in_a_function", "is used by node 'y' (F) of another domain"},
    {"no_layer", ""},
    {"no_nodes", ""},
    {"operator_of_another_domain", "is used by node 'fc' (Gemm) of another domain"},
    {"opset_1", "is used by operators of opset 1; convert the model to opset 7 or newer"},
    {"opset_6", "is used by operators of opset 6; convert the model to opset 7 or newer"},
    {"quantized_scale_not_constant", "is quantized with a scale that is not constant"},
    {"quantized_without_scale", "is quantized with a scale that is not constant"},
    {"weight_is_an_input", "is also an input of the model, which a caller may replace"},
    {"weight_is_an_output", "is also an output of the model"},
    {"weight_of_a_scalar", ""},
    {"weight_of_a_vector", ""},
    {"weight_of_an_unknown_type", "has entries of type 99; only F32, F16, BF16 and F64 are factorized"},
    {"weight_of_integers", "has entries of I8; only F32, F16, BF16 and F64 are factorized"},
    {"weight_of_texts", "has entries of STRING; only F32, F16, BF16 and F64 are factorized"},
    {"weight_of_three_dimensions", "has 3 dimensions; only matrices are factorized"},
    {"weight_used_elsewhere", "is also used by node 'z' (Relu)"},
    {"weight_with_a_size_of_0", "has no entries"},
    {"weight_with_huge_size_beside_0", "has no entries"},
    {"weight_with_sizes_of_0", "has no entries"},
};

const std::vector<std::string> kWrongValues{
    "bfloat16_infinite",
    "bfloat16_minus_infinite",
    "bfloat16_nan",
    "double_infinite",
    "double_minus_infinite",
    "double_nan",
    "float_infinite",
    "float_minus_infinite",
    "float_nan",
    "half_infinite",
    "half_minus_infinite",
    "half_nan",
    "nan_in_a_constant",
    "nan_in_a_typed_field",
    "nan_outside",
    "quantized_scale_infinite",
    "quantized_scale_nan",
};

const std::vector<std::string> kAccepted{
    "all_weights_zero",
    "bias_is_nan",
    "branches_20_deep",
    "dims_packed",
    "double_data",
    "external",
    "external_here",
    "external_in_a_folder",
    "external_longer_than_needed",
    "external_with_unknown_key",
    "fields_in_another_order",
    "float_data_not_packed",
    "float_data_packed",
    "graph_in_two_parts",
    "group_of_unknown_fields",
    "half_as_integers",
    "ir_version_3",
    "name_is_a_dot",
    "name_like_a_path",
    "name_of_200_characters",
    "names_of_markup",
    "names_with_control_characters",
    "no_inputs_declared_with_shapes",
    "no_name_of_the_graph",
    "no_names_of_nodes",
    "opset_7",
    "opset_999",
    "opset_by_its_other_name",
    "opset_last_but_one_of_many",
    "quantized",
    "quantized_per_axis",
    "tensor_of_an_unknown_type_beside",
    "tensor_of_texts_beside",
    "unknown_attribute",
    "unknown_fields",
    "unused_layer",
    "usual",
    "varint_longer_than_needed",
    "weight_empty_beside",
    "weights_large",
    "weights_not_normal",
};

fs::path folder_path(const std::string& folder) {
    return fs::path(ECKART_SOURCE_DIR) / "tests/corpus/onnx" / folder;
}

fs::path file_path(const std::string& folder, const std::string& file) {
    const fs::path whole = folder_path(folder) / file;
    return fs::is_directory(whole) ? whole / "model.onnx" : fs::path(whole.string() + ".onnx");
}

const auto kFileOf = [](const auto& test) { return test.param.file; };
const auto kItself = [](const auto& test) { return test.param; };

class MalformedOnnx : public testing::TestWithParam<Words> {};

TEST_P(MalformedOnnx, IsRefusedInOneLine) {
    const fs::path path = file_path("malformed", GetParam().file);
    try {
        (void)open_model(path);
        FAIL() << path << " was accepted";
    } catch (const FormatError& error) {
        const std::string message = error.what();
        EXPECT_NE(message.find("'" + path.string() + "'"), std::string::npos) << message;
        EXPECT_NE(message.find(GetParam().words), std::string::npos) << message;
        EXPECT_TRUE(std::ranges::all_of(message, [](char c) { return c >= ' ' && c < '\x7f'; })) << message;
    }
}

INSTANTIATE_TEST_SUITE_P(Corpus, MalformedOnnx, testing::ValuesIn(kMalformed), kFileOf);

class OnnxLeftAlone : public testing::TestWithParam<Words> {};

TEST_P(OnnxLeftAlone, IsReadAndSaysWhy) {
    const auto model = open_model(file_path("left_alone", GetParam().file));
    EXPECT_TRUE(model->linears().empty());
    std::string reasons;
    for (const KeptTensor& tensor : model->kept()) reasons += tensor.why + "\n";
    EXPECT_NE(reasons.find(GetParam().words), std::string::npos) << reasons;
}

INSTANTIATE_TEST_SUITE_P(Corpus, OnnxLeftAlone, testing::ValuesIn(kLeftAlone), kFileOf);

class WrongOnnxValues : public testing::TestWithParam<std::string> {};

TEST_P(WrongOnnxValues, AreReadAsTheyAre) {
    const auto model = open_model(file_path("wrong_values", GetParam()));
    ASSERT_EQ(model->linears().size(), 1U);
    EXPECT_FALSE(model->weight_float(0).allFinite());
    EXPECT_FALSE(model->weight_double(0).allFinite());
}

INSTANTIATE_TEST_SUITE_P(Corpus, WrongOnnxValues, testing::ValuesIn(kWrongValues), kItself);

class AcceptedOnnx : public testing::TestWithParam<std::string> {};

TEST_P(AcceptedOnnx, IsReadWithAllItsValues) {
    const auto model = open_model(file_path("accepted", GetParam()));
    ASSERT_FALSE(model->linears().empty());
    const MatrixF weight = model->weight_float(0);
    ASSERT_EQ(weight.rows(), 2);
    ASSERT_EQ(weight.cols(), 3);
    // The script numbers the entries of most weights: entry i is (i + 1) / 8.
    const std::string& name = GetParam();
    if (name.starts_with("quantized") || name.find("weights") != std::string::npos) return;
    for (Eigen::Index i = 0; i < weight.size(); ++i)
        EXPECT_EQ(weight.data()[i], static_cast<float>(i + 1) / 8);
    EXPECT_EQ(model->weight_double(0), weight.cast<double>());
}

INSTANTIATE_TEST_SUITE_P(Corpus, AcceptedOnnx, testing::ValuesIn(kAccepted), kItself);

std::set<std::string> files_in(const std::string& folder) {
    std::set<std::string> files;
    for (const auto& entry : fs::directory_iterator(folder_path(folder)))
        files.insert(entry.path().stem().string());
    return files;
}

std::set<std::string> files_of(const std::vector<Words>& table) {
    std::set<std::string> files;
    for (const Words& words : table) files.insert(words.file);
    return files;
}

TEST(OnnxCorpus, EveryFileIsListedAboveAndEveryListedFileExists) {
    EXPECT_EQ(files_in("malformed"), files_of(kMalformed));
    EXPECT_EQ(files_in("left_alone"), files_of(kLeftAlone));
    EXPECT_EQ(files_in("wrong_values"), std::set<std::string>(kWrongValues.begin(), kWrongValues.end()));
    EXPECT_EQ(files_in("accepted"), std::set<std::string>(kAccepted.begin(), kAccepted.end()));
}

}  // namespace
}  // namespace eckart::io
