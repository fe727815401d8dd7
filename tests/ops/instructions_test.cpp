#include "eckart/ops/instructions.hpp"

#include <gtest/gtest.h>

#include "eckart/ops/backend.hpp"

namespace eckart::ops {
namespace {

TEST(Instructions, AddsOnednnAndLoopsToARecord) {
    RunRecord record = capture_run_record("test", 0, 1);
    add_instructions(record);
    EXPECT_EQ(record.libraries.at("oneDNN"), onednn_version());
    EXPECT_EQ(record.instructions.size(), 4U) << "oneDNN and loops beside OpenBLAS and Eigen";
    EXPECT_EQ(record.math_mode.find("fpmath"), std::string::npos) << record.math_mode;
    EXPECT_NE(record.math_mode, "");
}

#if defined(__x86_64__)
TEST(Instructions, NobodyUsesMoreThanTheCpuOffers) {
    RunRecord record = capture_run_record("test", 0, 1);
    add_instructions(record);
    const std::string& loops = record.instructions.at("loops");
    const std::string& onednn = record.instructions.at("oneDNN");
    const bool avx512 = record.instruction_set.starts_with("AVX-512");
    EXPECT_TRUE(loops == "x86-64" || loops == "x86-64-v3" || loops == "x86-64-v4") << loops;
    if (!avx512) {
        EXPECT_NE(loops, "x86-64-v4");
        EXPECT_FALSE(onednn.starts_with("AVX512_CORE")) << onednn;
        if (record.instruction_set != "AVX2") {
            EXPECT_EQ(loops, "x86-64");
            EXPECT_FALSE(onednn.starts_with("AVX2")) << onednn;
        }
    }
    EXPECT_EQ(onednn.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"), std::string::npos) << onednn;
}
#endif

}  // namespace
}  // namespace eckart::ops
