// The limits that no small file can reach.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "eckart/core/error.hpp"
#include "eckart/io/checkpoint.hpp"
#include "eckart/io/network_file.hpp"
#include "eckart/io/safetensors.hpp"
#include "io/network_tensors.hpp"
#include "scratch_folder.hpp"
#include "small_networks.hpp"

namespace eckart::io {
namespace {

std::string header_of_empty_tensors(std::size_t count) {
    std::string text = R"({"__metadata__":{"format":"pt"})";
    for (std::size_t i = 0; i < count; ++i) {
        text += fmt::format(R"(,"{}":{{"dtype":"F32","shape":[0],"data_offsets":[0,0]}})", i);
    }
    return text + "}";
}

std::string fault_of(const std::string& header) {
    try {
        (void)parse_safetensors_header(header, 0, "file");
        return "accepted";
    } catch (const FormatError& error) {
        return error.what();
    }
}

TEST(SafetensorsLimits, AHundredThousandTensorsAreReadAndOneMoreIsRefused) {
    EXPECT_EQ(parse_safetensors_header(header_of_empty_tensors(kMostTensors), 0, "file").tensors.size(),
              kMostTensors);
    EXPECT_NE(fault_of(header_of_empty_tensors(kMostTensors + 1)).find("more than 100000 tensors"),
              std::string::npos);
    const std::string with_metadata = header_of_empty_tensors(kMostTensors + 1);
    std::string without_metadata = "{";
    without_metadata += with_metadata.substr(with_metadata.find(",\"0\"") + 1);
    EXPECT_NE(fault_of(without_metadata).find("more than 100000 tensors"), std::string::npos);
}

TEST(SafetensorsLimits, ThirtyTwoDimensionsAreRead) {
    std::string shape = "1";
    for (int i = 1; i < 32; ++i) shape += ",1";
    const std::string header = R"({"w":{"dtype":"U8","shape":[)" + shape + R"(],"data_offsets":[0,1]}})";
    EXPECT_EQ(parse_safetensors_header(header, 1, "file").tensors.at(0).shape.size(), 32U);
}

TEST(SafetensorsLimits, AHeaderOfTheLargestSizeIsAskedForInAFileThatHasIt) {
    const test::ScratchFolder folder;
    const std::filesystem::path path = folder / "sparse.safetensors";
    const std::uint64_t length = kLargestHeader;
    std::ofstream(path, std::ios::binary).write(reinterpret_cast<const char*>(&length), sizeof length)
        << "{}";
    std::filesystem::resize_file(path, 8 + length);
    // The file's hole reads as zeros: past the checks of the length, the reader meets the first of them.
    try {
        const SafetensorsReader reader(path);
        FAIL();
    } catch (const FormatError& error) {
        EXPECT_NE(std::string(error.what()).find("NUL byte"), std::string::npos) << error.what();
    }
}

/// A network file whose metadata `key` is `value`.
void write_with_metadata(const std::filesystem::path& path, const std::string& key,
                         const std::string& value) {
    const auto network = model::make_initialized({3, 2, 0, 2}, Rng(1));
    AtomicFile file(path, Overwrite::kReplace);
    write_safetensors(file, {{key, value}}, tensors_of(network));
    file.commit();
}

std::string wide_object(int members) {
    std::string text = "{";
    for (int i = 0; i < members; ++i) text += fmt::format(R"({}"{}":0)", i > 0 ? "," : "", i);
    return text + "}";
}

// Printing a document of a million levels would end on the stack's guard page, and reading an object of a
// million members would take hours.
TEST(SafetensorsLimits, ADeepOrWideRunRecordIsDroppedAndTheWeightsAreRead) {
    const test::ScratchFolder folder;
    const std::string deep = std::string(1'000'000, '[') + std::string(1'000'000, ']');
    for (const std::string& record : {deep, wide_object(1'000'000), wide_object(101)}) {
        write_with_metadata(folder / "net", "eckart.run_record", record);
        EXPECT_TRUE(load_network(folder / "net").run_record.is_null());
    }
    write_with_metadata(folder / "net", "eckart.run_record", wide_object(100));
    EXPECT_EQ(load_network(folder / "net").run_record.size(), 100U);
}

TEST(SafetensorsLimits, ADeepOrWideTrainingStateIsRefused) {
    const test::ScratchFolder folder;
    const std::string deep =
        "{\"options\":" + std::string(1'000'000, '[') + std::string(1'000'000, ']') + "}";
    for (const std::string& state : {deep, wide_object(1'000'000), std::string("[]"), std::string("{")}) {
        write_with_metadata(folder / "net", "eckart.state", state);
        try {
            (void)load_checkpoint(folder / "net");
            ADD_FAILURE() << "accepted a state of " << state.size() << " bytes";
        } catch (const FormatError& error) {
            EXPECT_NE(std::string(error.what()).find("unusable training state"), std::string::npos)
                << error.what();
        }
    }
}

}  // namespace
}  // namespace eckart::io
