// Every folder that tests/corpus/make_safetensors_index_corpus.py makes: refused with the right words, or
// read.
#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "eckart/core/error.hpp"
#include "eckart/io/model_file.hpp"

namespace eckart::io {
namespace {

namespace fs = std::filesystem;

/// A folder, and what the error must say.
struct Refusal {
    std::string folder;
    std::string words;
};

void PrintTo(const Refusal& refusal, std::ostream* stream) {
    *stream << refusal.folder;
}

const std::vector<Refusal> kMalformed{
    {"byte_order_mark", "is not a safetensors file: its header would have"},
    {"cut_off", "it is not valid JSON"},
    {"empty", "is not a safetensors file: it has only 0 bytes"},
    {"followed_by_garbage", "it is not valid JSON"},
    {"many_shards", "it names more than 400 files"},
    {"member_unknown", "it has the member 'extra' where the format has none"},
    {"metadata_is_a_text", "it has a value where the format has none"},
    {"metadata_key_twice", "it has 'a' twice"},
    {"metadata_nested_deeply", "it is nested too deep"},
    {"metadata_twice", "it has 'metadata' twice"},
    {"name_is_not_utf8", "it is not valid JSON"},
    {"no_weight_map", "it has no 'weight_map' with tensors"},
    {"not_json", "it is not valid JSON"},
    {"nul_at_the_end", "it is not a JSON object"},
    {"shard_absolute", "it names the file '/etc/two.safetensors'"},
    {"shard_by_way_of_the_parent_folder", "it names the file '../shard_missing/two.safetensors'"},
    {"shard_cut_by_one_byte",
     "two.safetensors': the safetensors header puts 'b.weight' at bytes 0 to 24 of a buffer"},
    {"shard_empty", "two.safetensors' is not a safetensors file: it has only 0 bytes"},
    {"shard_hidden", "it names the file '.two.safetensors'"},
    {"shard_in_a_folder", "it names the file 'in/two.safetensors'"},
    {"shard_in_the_parent_folder", "it names the file '../two.safetensors'"},
    {"shard_is_a_link_out_of_the_folder", "link.safetensors' is a link out of its folder, to"},
    {"shard_is_a_pickle", "a PyTorch pickle"},
    {"shard_is_the_index", "it names the file 'model.safetensors.index.json'"},
    {"shard_missing", "two.safetensors': No such file or directory"},
    {"shard_name_empty", "it names the file ''"},
    {"shard_name_hostile", R"(it names the file 'a\x0ab\x1b[2J\x0d\xe2\x80\xa8c')"},
    {"shard_name_is_a_dot", "it names the file '.'"},
    {"shard_name_with_a_control_character", R"(it names the file 'two\x01.safetensors')"},
    {"shard_of_another_name", "it names the file 'two.bin'"},
    {"shard_with_a_nul", R"(it names the file 'two.safetensors\x00.safetensors')"},
    {"tensor_in_the_other_shard", "one.safetensors' holds 'a.weight', which the index"},
    {"tensor_in_two_shards", "two.safetensors' holds 'a.weight', as"},
    {"tensor_not_in_its_shard", "'one.safetensors' has no tensor 'c.weight', which the index"},
    {"tensor_not_in_the_index", "two.safetensors' holds 'c.weight', which the index"},
    {"tensor_twice", "it has 'a.weight' twice"},
    {"top_level_is_an_array", "is not a safetensors file: its header would have"},
    {"top_level_is_nested_deeply", "it has an object where the format has none"},
    {"weight_map_empty", "it has no 'weight_map' with tensors"},
    {"weight_map_is_a_text", "it has a value where the format has none"},
    {"weight_map_is_an_array", "it has an array where the format has none"},
    {"weight_map_is_null", "it has a value where the format has none"},
    {"weight_map_of_arrays", "it has an array where the format has none"},
    {"weight_map_of_numbers", "it has a value where the format has none"},
    {"weight_map_of_objects", "it has an object where the format has none"},
    {"weight_map_twice", "it has 'weight_map' twice"},
};

const std::vector<std::string> kAccepted{"both_in_one_shard",
                                         "metadata_of_several_kinds",
                                         "one_shard",
                                         "other_files_beside",
                                         "shard_is_a_link_in_the_folder",
                                         "usual",
                                         "white_space",
                                         "without_metadata"};

fs::path folder_of(const std::string& kind) {
    return fs::path(ECKART_SOURCE_DIR) / "tests/corpus/safetensors_index" / kind;
}

fs::path index_of(const std::string& kind, const std::string& folder) {
    return folder_of(kind) / folder / "model.safetensors.index.json";
}

class MalformedIndex : public testing::TestWithParam<Refusal> {};

TEST_P(MalformedIndex, IsRefused) {
    const fs::path index = index_of("malformed", GetParam().folder);
    try {
        (void)open_model(index);
        FAIL() << index << " was accepted";
    } catch (const Error& error) {
        const std::string message = error.what();
        // A file that is missing is another fault than one that is wrong.
        EXPECT_EQ(error.kind(), GetParam().folder == "shard_missing" ? ErrorKind::kIo : ErrorKind::kFormat);
        EXPECT_NE(message.find(index.parent_path().string()), std::string::npos) << message;
        EXPECT_NE(message.find(GetParam().words), std::string::npos) << message;
    }
}

INSTANTIATE_TEST_SUITE_P(Corpus, MalformedIndex, testing::ValuesIn(kMalformed),
                         [](const auto& test) { return test.param.folder; });

class AcceptedIndex : public testing::TestWithParam<std::string> {};

TEST_P(AcceptedIndex, IsReadWithAllItsValues) {
    const auto model = open_model(index_of("accepted", GetParam()));
    ASSERT_EQ(model->linears().size(), GetParam() == "one_shard" ? 1U : 2U);
    for (std::size_t i = 0; i < model->linears().size(); ++i) {
        const MatrixF weight = model->weight_float(i);
        for (Eigen::Index entry = 0; entry < weight.size(); ++entry) {
            EXPECT_EQ(weight.data()[entry], static_cast<float>(entry + 1) / 8);
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Corpus, AcceptedIndex, testing::ValuesIn(kAccepted),
                         [](const auto& test) { return test.param; });

std::set<std::string> folders_in(const std::string& kind) {
    std::set<std::string> folders;
    for (const auto& entry : fs::directory_iterator(folder_of(kind)))
        folders.insert(entry.path().filename().string());
    return folders;
}

TEST(SafetensorsIndexCorpus, EveryFolderIsListedAboveAndEveryListedFolderExists) {
    std::set<std::string> malformed;
    for (const Refusal& refusal : kMalformed) malformed.insert(refusal.folder);
    EXPECT_EQ(folders_in("malformed"), malformed);
    EXPECT_EQ(folders_in("accepted"), std::set<std::string>(kAccepted.begin(), kAccepted.end()));
}

}  // namespace
}  // namespace eckart::io
