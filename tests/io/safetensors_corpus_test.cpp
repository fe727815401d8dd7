// Every file that tests/corpus/make_safetensors_corpus.py makes: refused with the right words, or read.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "eckart/core/error.hpp"
#include "eckart/io/network_file.hpp"
#include "eckart/io/safetensors.hpp"

namespace eckart::io {
namespace {

namespace fs = std::filesystem;

/// A file without ".safetensors", and what the error must say: fault and tensor.
struct Refusal {
    std::string file;
    std::string words;
};

void PrintTo(const Refusal& refusal, std::ostream* stream) {
    *stream << refusal.file;
}

const std::vector<Refusal> kMalformed{
    {"empty", "is not a safetensors file: it has only 0 bytes"},
    {"shorter_than_8_bytes", "it has only 7 bytes"},
    {"only_a_length", "is cut off: its header has 54 bytes, but only 0 follow"},
    {"header_over_the_cap", "its header would have 100000001 bytes, more than the 100000000 allowed"},
    {"header_of_2_to_the_63", "its header would have 9223372036854775808 bytes"},
    {"header_of_2_to_the_64_less_1", "its header would have 18446744073709551615 bytes"},
    {"header_longer_than_the_file", "is cut off: its header has 3 bytes, but only 2 follow"},
    {"header_empty", "does not begin with '{'"},
    {"header_begins_with_a_space", "does not begin with '{'"},
    {"header_begins_with_a_byte_order_mark", "does not begin with '{'"},
    {"header_with_a_nul_byte", "contains a NUL byte"},
    {"header_with_a_comment", "is not valid JSON at byte 2"},
    {"header_cut_off", "is not valid JSON at byte 54"},
    {"header_followed_by_garbage", "is not valid JSON at byte 55"},
    {"header_followed_by_another", "is not valid JSON at byte 55"},
    {"name_is_not_utf8", "is not valid JSON at byte 3"},
    {"name_is_a_lone_surrogate", "is not valid JSON at byte 9"},
    {"top_level_is_an_array", "does not begin with '{'"},
    {"nested_deeply", "an array where the format has none in 'shape' of 'w'"},
    {"cut_by_one_byte", "puts 'w' at bytes 0 to 8 of a buffer of 7"},
    {"one_byte_too_many", "describes 8 bytes, but 9 follow"},
    {"tensor_twice", "has the key 'w' twice"},
    {"dtype_twice", "the member 'dtype' twice in 'w'"},
    {"metadata_twice", "has the key '__metadata__' twice"},
    {"metadata_key_twice", "the member 'a' twice in '__metadata__'"},
    {"metadata_is_a_text", "the text 'pt' in '__metadata__'"},
    {"metadata_is_null", "null where the format has none in '__metadata__'"},
    {"metadata_with_a_number", "the number 7 in '__metadata__'"},
    {"metadata_with_a_negative_number", "the negative number -7 in '__metadata__'"},
    {"metadata_with_null", "null where the format has none in '__metadata__'"},
    {"metadata_with_a_boolean", "a boolean where the format has none in '__metadata__'"},
    {"metadata_nested", "an object where the format has none in '__metadata__'"},
    {"metadata_with_an_array", "an array where the format has none in '__metadata__'"},
    {"tensor_is_a_number", "the number 1 in 'w'"},
    {"tensor_is_an_array", "an array where the format has none in 'w'"},
    {"unknown_member", "the unknown member 'strides' in 'w'"},
    {"member_is_an_object", "an object where the format has none in 'w'"},
    {"no_dtype", "no 'dtype' in 'w'"},
    {"no_shape", "no 'shape' in 'w'"},
    {"no_data_offsets", "no 'data_offsets' in 'w'"},
    {"dtype_unknown", "gives 'w' the unknown dtype 'F31'"},
    {"dtype_in_lower_case", "gives 'w' the unknown dtype 'f32'"},
    {"dtype_is_a_number", "the number 32 in 'w'"},
    {"dtype_is_an_array", "an array where the format has none in 'w'"},
    {"shape_is_a_number", "the number 2 in 'w'"},
    {"shape_is_a_text", "the text '2' in 'w'"},
    {"shape_with_a_negative_number", "the negative number -2 in 'shape' of 'w'"},
    {"shape_with_a_float", "the number 2.0, which is not an unsigned 64-bit integer in 'shape' of 'w'"},
    {"shape_with_a_text", "the text '2' in 'shape' of 'w'"},
    {"shape_with_null", "null where the format has none in 'shape' of 'w'"},
    {"shape_with_an_array", "an array where the format has none in 'shape' of 'w'"},
    {"shape_with_an_exponent", "the number 2e0, which is not an unsigned 64-bit integer in 'shape' of 'w'"},
    {"shape_with_2_to_the_64", "the number 18446744073709551616, which is not an unsigned 64-bit integer"},
    {"shape_with_33_dimensions", "more numbers than it may have in 'shape' of 'w'"},
    {"shape_product_overflows", "gives 'w' 8 bytes, but its shape needs more than 2^64"},
    {"shape_bytes_overflow", "gives 'w' 8 bytes, but its shape needs more than 2^64"},
    {"shape_smaller_than_bytes", "gives 'w' 8 bytes, but its shape needs 4"},
    {"shape_larger_than_bytes", "gives 'w' 8 bytes, but its shape needs 12"},
    {"offsets_one", "1 data_offsets instead of 2 in 'w'"},
    {"offsets_three", "more numbers than it may have in 'data_offsets' of 'w'"},
    {"offsets_none", "0 data_offsets instead of 2 in 'w'"},
    {"offsets_negative", "the negative number -8 in 'data_offsets' of 'w'"},
    {"offsets_reversed", "puts 'w' at bytes 8 to 0 of a buffer of 8"},
    {"offsets_beyond_the_buffer", "puts 'w' at bytes 8 to 16 of a buffer of 8"},
    {"offsets_of_2_to_the_64_less_1", "puts 'w' at bytes 0 to 18446744073709551615 of a buffer of 8"},
    {"offsets_with_a_float",
     "the number 0.0, which is not an unsigned 64-bit integer in 'data_offsets' of 'w'"},
    {"offsets_are_a_text", "the text '0,8' in 'w'"},
    {"hole_at_the_start", "leaves a hole before 'w' (byte 4 follows 0)"},
    {"hole_between_tensors", "leaves a hole before 'b' (byte 8 follows 4)"},
    {"overlap", "leaves an overlap before 'b' (byte 4 follows 8)"},
    {"same_bytes_twice", "leaves an overlap before 'b' (byte 0 follows 8)"},
    {"bytes_after_the_last_tensor", "describes 8 bytes, but 12 follow"},
};

const std::vector<Refusal> kWrongNetworks{
    {"no_tensors", "is not a residual MLP: it has no linear layers 'fc1' and 'fc2'"},
    {"tensor_missing", "has no tensor 'res1.layer2.weight' (2, 2)"},
    {"bias_missing", "has no tensor 'fc2.bias' (2)"},
    {"tensor_surplus", "holds the tensor 'zzz.weight', which"},
    {"surplus_with_control_characters", R"(holds the tensor 'zzz\x1b[2J', which)"},
    {"weight_of_integers", "holds 'fc2.weight' as I64; weights must be F16, BF16, F32 or F64"},
    {"weight_is_a_vector", "holds 'fc1.weight' with shape (6), but the architecture needs (2, 3)"},
    {"weight_of_three_dimensions", "holds 'fc1.weight' with shape (1, 2, 3)"},
    {"bias_is_a_matrix", "holds 'fc1.bias' with shape (1, 2), but the architecture needs (2)"},
    {"weight_transposed", "holds 'fc1.weight' with shape (3, 2)"},
    {"inferred_widths_differ", "holds 'fc2.weight' with shape (2, 3), but the architecture needs (2, 2)"},
    {"inferred_width_of_zero", "has an unusable architecture: residual MLP: input is 0"},
    {"inferred_width_of_2_to_the_63", "has an unusable architecture: residual MLP: input is"},
    {"first_layer_missing", "it has no linear layers 'fc1' and 'fc2'"},
    {"factors_do_not_fit", "holds 'fc1.1.weight' with shape (2, 2), but the architecture needs (2, 1)"},
    {"factors_of_rank_0", "holds 'fc1.0.weight' with shape (0, 3); the first factor is (rank, 3)"},
    {"factor_missing", "has no tensor 'fc1.1.weight' (2, 1)"},
    {"factored_bias_missing", "has no tensor 'fc1.1.bias' (2)"},
    {"dense_and_factored", "holds the tensor 'fc1.weight', which"},
    {"weight_is_nan", "holds 1 NaN or infinite entries of 4 in 'res1.layer1.weight'"},
    {"weight_is_infinite", "holds 1 NaN or infinite entries of 4 in 'res1.layer1.weight'"},
    {"bias_is_infinite_as_half", "holds 1 NaN or infinite entries of 2 in 'fc1.bias'"},
    {"double_beyond_float", "holds 1 NaN or infinite entries of 2 in 'fc1.bias' (as 32-bit floats)"},
    {"architecture_is_not_json", "has an unusable architecture: it is not valid JSON"},
    {"architecture_is_an_array", "has an unusable architecture: the architecture is not a JSON object"},
    {"architecture_is_nested_deeply", "has an unusable architecture: it is nested deeper than 16 levels"},
    {"architecture_is_long", "has an unusable architecture: it has 1085 bytes, more than 1024"},
    {"architecture_of_another_kind",
     R"(the architecture is "transformer"; only "residual-mlp" and "chain" are known)"},
    {"architecture_without_hidden", "the architecture lacks 'hidden'"},
    {"architecture_with_a_float", "the architecture's 'hidden' is 2.0; an integer is expected"},
    {"architecture_with_a_text", "the architecture's 'hidden' is \"2\"; an integer is expected"},
    {"architecture_too_wide", "hidden is 1000000000; it must be between 1 and 1000000"},
    {"architecture_of_2_to_the_64_less_1", "it must be between 1 and 1000000"},
    {"architecture_too_deep", "blocks is 1001; it must be between 0 and 1000"},
    {"architecture_wider_than_its_tensors", "but the architecture needs (1000000"},
    {"architecture_deeper_than_its_tensors", "has no tensor 'res2.layer1."},
    {"architecture_less_deep_than_its_tensors", "holds the tensor 'res1.layer1.bias', which"},
};

const std::vector<std::string> kAccepted{
    "no_tensors",
    "metadata_only",
    "empty_tensor",
    "empty_tensor_of_huge_shape",
    "empty_tensor_at_the_end",
    "every_dtype",
    "scalar",
    "name_is_empty",
    "white_space_in_the_header",
    "network_inferred",
    "network_without_blocks",
    "network_factored",
    "network_factored_inferred",
    "network_with_unknown_metadata",
    "network_with_unknown_architecture_field",
    "network_with_broken_run_record",
    "network_with_deep_run_record",
    "network_of_halves",
    "network_of_bfloat16",
    "network_of_doubles",
    "network_of_mixed_dtypes",
    "network_with_unaligned_header",
    "network_padded_with_spaces",
    "network_that_begins_like_a_pickle",
    "network_that_begins_like_a_newer_pickle",
    "network_stored_in_another_order",
};

fs::path folder_path(const std::string& folder) {
    return fs::path(ECKART_SOURCE_DIR) / "tests/corpus/safetensors" / folder;
}

fs::path file_path(const std::string& folder, const std::string& file) {
    return folder_path(folder) / (file + ".safetensors");
}

template <class Open>
void expect_refusal(const fs::path& path, const std::string& words, const Open& open) {
    try {
        open(path);
        FAIL() << path << " was accepted";
    } catch (const FormatError& error) {
        const std::string message = error.what();
        EXPECT_NE(message.find("'" + path.string() + "'"), std::string::npos) << message;
        EXPECT_NE(message.find(words), std::string::npos) << message;
    }
}

const auto kFileOf = [](const auto& test) { return test.param.file; };
const auto kItself = [](const auto& test) { return test.param; };

class MalformedFile : public testing::TestWithParam<Refusal> {};

TEST_P(MalformedFile, IsRefusedByTheReader) {
    expect_refusal(file_path("malformed", GetParam().file), GetParam().words,
                   [](const fs::path& path) { const SafetensorsReader reader(path); });
}

INSTANTIATE_TEST_SUITE_P(Corpus, MalformedFile, testing::ValuesIn(kMalformed), kFileOf);

class WrongNetworkFile : public testing::TestWithParam<Refusal> {};

TEST_P(WrongNetworkFile, IsReadButRefusedAsNetwork) {
    const fs::path path = file_path("wrong_network", GetParam().file);
    EXPECT_NO_THROW(const SafetensorsReader reader(path));
    expect_refusal(path, GetParam().words, [](const fs::path& file) { (void)load_network(file); });
}

INSTANTIATE_TEST_SUITE_P(Corpus, WrongNetworkFile, testing::ValuesIn(kWrongNetworks), kFileOf);

class AcceptedFile : public testing::TestWithParam<std::string> {};

/// The script numbers the entries of each tensor: entry i is i / 8.
void expect_numbered(const model::Network<float>& network) {
    for (const model::Parameter<float>* parameter : network.parameters()) {
        for (Eigen::Index i = 0; i < parameter->value.size(); ++i) {
            EXPECT_EQ(parameter->value.data()[i], static_cast<float>(i) / 8)
                << parameter->name << " entry " << i;
        }
    }
}

TEST_P(AcceptedFile, IsReadWithAllItsValues) {
    const fs::path path = file_path("accepted", GetParam());
    const SafetensorsReader reader(path);
    for (const TensorInfo& tensor : reader.header().tensors) EXPECT_EQ(reader.find(tensor.name), &tensor);
    if (GetParam().starts_with("network_")) {
        const NetworkFile loaded = load_network(path);
        expect_numbered(loaded.network);
        EXPECT_TRUE(loaded.run_record.is_null());
    }
}

INSTANTIATE_TEST_SUITE_P(Corpus, AcceptedFile, testing::ValuesIn(kAccepted), kItself);

std::set<std::string> files_in(const std::string& folder) {
    std::set<std::string> files;
    for (const auto& entry : fs::directory_iterator(folder_path(folder))) {
        files.insert(entry.path().filename().string());
    }
    return files;
}

TEST(SafetensorsCorpus, EveryFileIsListedAboveAndEveryListedFileExists) {
    std::set<std::string> malformed;
    for (const Refusal& refusal : kMalformed) malformed.insert(refusal.file + ".safetensors");
    EXPECT_EQ(files_in("malformed"), malformed);
    std::set<std::string> wrong;
    for (const Refusal& refusal : kWrongNetworks) wrong.insert(refusal.file + ".safetensors");
    EXPECT_EQ(files_in("wrong_network"), wrong);
    std::set<std::string> accepted;
    for (const std::string& file : kAccepted) accepted.insert(file + ".safetensors");
    EXPECT_EQ(files_in("accepted"), accepted);
}

}  // namespace
}  // namespace eckart::io
