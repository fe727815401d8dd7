#include "eckart/selfcheck/selfcheck.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

#include "eckart/core/error.hpp"
#include "scratch_folder.hpp"
#include "selfcheck/checks.hpp"

namespace eckart::selfcheck {
namespace {

std::vector<CheckResult> run_all(std::uint64_t seed, const std::filesystem::path& folder) {
    ProgressObserver silent;
    return run_checks(standard_checks({seed, folder}), silent, {});
}

TEST(Selfcheck, PassesForEverySeed) {
    const test::ScratchFolder folder;
    for (const std::uint64_t seed : {0U, 1U, 2U, 3U, 4U}) {
        for (const CheckResult& result : run_all(seed, folder.path())) {
            EXPECT_FALSE(result.findings.empty()) << result.name;
            for (const Finding& finding : result.findings) {
                EXPECT_TRUE(finding.passed()) << seed << ", " << finding.name << ": " << finding.failure;
            }
        }
    }
    EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(Selfcheck, ItsNumbersAreMeasured) {
    // An error of exactly 0 would be a thing compared with itself. Some are 0 by their nature, and one or two
    // by chance.
    const test::ScratchFolder folder;
    std::size_t count = 0;
    std::size_t zeros = 0;
    for (const CheckResult& result : run_all(0, folder.path())) {
        for (const Finding& finding : result.findings) {
            EXPECT_LE(finding.error, finding.bound);
            if (finding.bound == 0) continue;
            ++count;
            zeros += finding.error == 0 ? 1 : 0;
        }
    }
    EXPECT_GT(count, 30U);
    EXPECT_LE(zeros, 3U);
}

TEST(Selfcheck, DerivativesHaveTheirSlope) {
    const test::ScratchFolder folder;
    int derivatives = 0;
    for (const CheckResult& result : run_all(0, folder.path())) {
        for (const Finding& finding : result.findings) {
            if (std::isnan(finding.slope)) continue;
            EXPECT_GT(finding.slope, 1.8) << result.name << ", " << finding.name;
            ++derivatives;
        }
    }
    EXPECT_GE(derivatives, 6);
}

Check wrong_gradient() {
    return {"wrong", [] {
                const auto f = [](const VectorD& x) { return std::sin(x[0]) * x[1]; };
                const auto g = [](const VectorD& x) {
                    VectorD gradient(2);
                    gradient << std::cos(x[0]) * x[1], -std::sin(x[0]);
                    return gradient;
                };
                const auto check = calculus::check_gradient(f, g, VectorD::Ones(2));
                return std::vector<Finding>{finding_of("wrong gradient", check, 1e-7)};
            }};
}

TEST(RunChecks, ReportsAWrongDerivative) {
    ProgressObserver silent;
    const auto results = run_checks({wrong_gradient()}, silent, {});
    ASSERT_EQ(results.size(), 1U);
    EXPECT_FALSE(results[0].passed());
    EXPECT_NE(results[0].findings[0].failure.find("the derivative is wrong"), std::string::npos);
    const Json json = to_json(results);
    EXPECT_FALSE(json[0]["findings"][0]["passed"].get<bool>());
    EXPECT_TRUE(json[0]["findings"][0]["error"].is_number());
}

TEST(RunChecks, TakesAnExceptionAsAFailure) {
    ProgressObserver silent;
    const Check broken{"SVD", []() -> std::vector<Finding> { throw NumericalError("it did not converge"); }};
    const auto results = run_checks({broken, wrong_gradient()}, silent, {});
    ASSERT_EQ(results.size(), 2U);
    EXPECT_FALSE(results[0].passed());
    EXPECT_EQ(results[0].findings[0].failure, "it did not converge");
    EXPECT_TRUE(to_json(results)[0]["findings"][0]["error"].is_null());
}

TEST(RunChecks, StopsBetweenChecks) {
    ProgressObserver silent;
    int asked = 0;
    const auto results =
        run_checks({wrong_gradient(), wrong_gradient()}, silent, [&] { return ++asked > 1; });
    EXPECT_EQ(results.size(), 1U);
}

TEST(Selfcheck, AFolderThatIsNotThereFailsTheFileCheckAlone) {
    for (const CheckResult& result : run_all(0, "/nonexistent-folder")) {
        EXPECT_EQ(result.passed(), result.name != "Network file") << result.name;
    }
}

TEST(Compare, NanIsNeverWithinABound) {
    EXPECT_TRUE(compare("x", 1, 1).passed());
    EXPECT_FALSE(compare("x", 1.1, 1).passed());
    EXPECT_FALSE(compare("x", std::nan(""), 1).passed());
    EXPECT_NE(compare("x", 2, 1).failure.find("2.00e+00 exceeds 1.00e+00"), std::string::npos);
}

}  // namespace
}  // namespace eckart::selfcheck
