// Files of other formats are named; safetensors files that begin like them are read.
#include <gtest/gtest.h>

#include <cstdint>
#include <fstream>
#include <string>

#include "eckart/core/error.hpp"
#include "eckart/io/safetensors.hpp"
#include "scratch_folder.hpp"

namespace eckart::io {
namespace {

using namespace std::string_literals;

/// What the reader says about a file of these bytes; empty when it reads it.
std::string complaint_about(const std::string& bytes) {
    const test::ScratchFolder folder;
    std::ofstream(folder / "file", std::ios::binary) << bytes;
    try {
        const SafetensorsReader reader(folder / "file");
        return {};
    } catch (const FormatError& error) {
        return error.what();
    }
}

TEST(ForeignFile, IsNamedWithWhatToDo) {
    struct Foreign {
        std::string start;
        std::string words;
    };
    for (const Foreign& foreign : {
             Foreign{"PK\x03\x04\0\0\x08\x08"s, "a PyTorch pickle"},
             {"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46"s, "a PyTorch pickle"},
             {"\x80\x05\x95\x10\0\0\0\0"s, "a PyTorch pickle"},
             {"\x89HDF\r\n\x1a\n"s, "an HDF5 file"},
             {"\x93NUMPY\x01\0"s, "a NumPy array"},
             {"GGUF\x03\0\0\0"s, "a GGUF file"},
             {"\x1f\x8b\x08\0\0\0\0\0"s, "compressed with gzip"},
             {"\x08\x07\x12\x07pytorch"s, "an ONNX model"},
         }) {
        const std::string complaint = complaint_about(foreign.start + std::string(100, 'x'));
        EXPECT_NE(complaint.find("is not a safetensors file but " + foreign.words), std::string::npos)
            << complaint;
    }
}

TEST(ForeignFile, ALengthOfTheHeaderThatLooksLikeOneDoesNotMatter) {
    // As bytes: pickles of protocols 2 and 4, gzip, ONNX.
    for (const std::uint64_t length : {0x0280U, 0x0480U, 0x8b1fU, 0x12'01'08U, 0x3a'01'08U}) {
        const std::string header = "{}" + std::string(length - 2, ' ');
        EXPECT_EQ(complaint_about(std::string(reinterpret_cast<const char*>(&length), 8) + header), "")
            << "a header of " << length << " bytes";
    }
}

}  // namespace
}  // namespace eckart::io
