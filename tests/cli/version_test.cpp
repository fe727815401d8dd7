// eckart --version: what this build and this machine compute with, the same as in every run record.
#include <gtest/gtest.h>

#include <string>

#include "child_process.hpp"
#include "eckart/core/json.hpp"
#include "eckart/core/run_record.hpp"
#include "scratch_folder.hpp"

namespace eckart::test {
namespace {

std::string version_under(const std::vector<std::string>& environment) {
    const ScratchFolder folder;
    const Ended ended = run_eckart({{"--version"}, folder.path(), environment});
    EXPECT_EQ(ended.code, 0);
    EXPECT_EQ(ended.err, "");
    return ended.out;
}

/// What follows `name` on its line.
std::string version_line(const std::string& text, const std::string& name) {
    const std::string begin = "\n  " + name + " ";
    const std::size_t at = text.find(begin);
    if (at == std::string::npos) return "";
    const std::size_t value = text.find_first_not_of(' ', at + begin.size());
    return text.substr(value, text.find('\n', value) - value);
}

TEST(Version, FirstLineIsNameAndVersion) {
    const std::string text = version_under({});
    const std::string first = text.substr(0, text.find('\n'));
    const std::string plain = "eckart " + version();
    EXPECT_TRUE(first == plain || (first.starts_with(plain + " (") && first.ends_with(")"))) << first;
    EXPECT_TRUE(text.ends_with("\n"));
    EXPECT_FALSE(text.ends_with("\n\n"));
}

TEST(Version, NamesWhatIsUsedInTheWordsOfTheRunRecord) {
    const std::string text = version_under({});
    const ScratchFolder folder;
    const Ended ended = run_eckart({{"selfcheck", "--json"}, folder.path()});
    ASSERT_EQ(ended.code, 0) << ended.err;
    const Json record = Json::parse(ended.out).at("run_record");
    const Json& uses = record.at("instructions");
    EXPECT_EQ(version_line(text, "CPU"),
              record.at("cpu").get<std::string>() + ", " + record.at("instruction_set").get<std::string>());
    EXPECT_EQ(version_line(text, "loops"), uses.at("loops").get<std::string>());
    for (const char* name : {"oneDNN", "OpenBLAS", "Eigen"}) {
        const std::string here = version_line(text, name);
        EXPECT_TRUE(here.starts_with(record.at("libraries").at(name).get<std::string>() + ", ")) << here;
        EXPECT_NE(here.find(uses.at(name).get<std::string>()), std::string::npos) << here;
    }
    EXPECT_TRUE(
        version_line(text, "oneDNN").ends_with("math mode " + record.at("math_mode").get<std::string>()));
}

#if defined(__x86_64__)
TEST(Version, ShowsACapOnOnednn) {
    const std::string capped = version_line(version_under({"ONEDNN_MAX_CPU_ISA=SSE41"}), "oneDNN");
    // SSE2 where the CPU has no SSE4.1.
    EXPECT_TRUE(capped.find(", SSE41,") != std::string::npos || capped.find(", SSE2,") != std::string::npos)
        << capped;
}

TEST(Version, ShowsTheKernelsAskedOfOpenblas) {
    const std::string capped = version_line(version_under({"OPENBLAS_CORETYPE=Prescott"}), "OpenBLAS");
    EXPECT_TRUE(capped.ends_with(", kernels Prescott")) << capped;
}
#endif

TEST(Version, ShowsTheMathMode) {
    const std::string loose = version_line(version_under({"ONEDNN_DEFAULT_FPMATH_MODE=BF16"}), "oneDNN");
    EXPECT_TRUE(loose.ends_with(", math mode bf16")) << loose;
}

}  // namespace
}  // namespace eckart::test
