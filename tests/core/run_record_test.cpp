#include "eckart/core/run_record.hpp"

#include <gtest/gtest.h>

#include "eckart/core/openblas.hpp"

namespace eckart {
namespace {

TEST(RunRecord, KnowsBuildAndMachine) {
    const RunRecord record = capture_run_record("a command", 7, 3);
    EXPECT_EQ(record.command, "a command");
    EXPECT_EQ(record.seed, 7U);
    EXPECT_EQ(record.threads, 3);
    EXPECT_EQ(record.version, version());
    EXPECT_EQ(record.cpu.find_first_of("\n\t"), std::string::npos);
    EXPECT_FALSE(record.cpu.ends_with(' '));
    for (const std::string& text :
         {record.commit, record.build_type, record.compiler, record.cpu, record.instruction_set,
          record.system, record.started_at, record.instructions.at("OpenBLAS"),
          record.instructions.at("Eigen"), record.libraries.at("OpenBLAS"), record.libraries.at("Eigen")}) {
        EXPECT_NE(text, "");
    }
#if defined(__x86_64__) || defined(__aarch64__)
    EXPECT_NE(record.instruction_set, "unknown");
#endif
}

TEST(RunRecord, HasAMemberOfJsonForEveryField) {
    RunRecord record = capture_run_record("c", 1, 2);
    record.instructions["loops"] = "x86-64-v3";
    record.math_mode = "strict";
    record.data_checksum = "sha256:0";
    const Json json = to_json(record);
    EXPECT_EQ(json.size(), 15U);
    EXPECT_EQ(json.at("instruction_set"), record.instruction_set);
    EXPECT_EQ(json.at("instructions").at("loops"), "x86-64-v3");
    EXPECT_EQ(json.at("instructions").at("OpenBLAS"), loaded_openblas().kernels);
    EXPECT_EQ(json.at("math_mode"), "strict");
    EXPECT_EQ(json.at("data_checksum"), "sha256:0");
}

TEST(Openblas, TellsVersionThreadsAndKernels) {
    const Openblas openblas = loaded_openblas();
    EXPECT_NE(openblas.version.find('.'), std::string::npos) << openblas.version;
    EXPECT_EQ(openblas.version.find_first_not_of("0123456789."), std::string::npos) << openblas.version;
    EXPECT_TRUE(openblas.threads == "OpenMP" || openblas.threads == "pthreads" ||
                openblas.threads == "sequential");
    EXPECT_NE(openblas.kernels, "");
}

TEST(Openblas, ItsOwnChoiceIsKeptWhereItRuns) {
    if (loaded_openblas().kernels.starts_with("Opteron")) GTEST_SKIP() << "the one choice that may be wrong";
    EXPECT_EQ(needed_openblas_coretype(), "");
}

}  // namespace
}  // namespace eckart
