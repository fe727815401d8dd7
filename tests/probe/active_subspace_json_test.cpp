#include "eckart/probe/active_subspace_json.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "error_message.hpp"

namespace eckart::probe {
namespace {

using test::expect_words;

ActiveSubspace found(DimensionOutcome outcome, Eigen::Index dimension, Eigen::Index n) {
    ActiveSubspace result;
    result.outcome = outcome;
    result.dimension = dimension;
    result.basis = MatrixD::Identity(n, n);
    result.eigenvalues = VectorD::Ones(n);
    return result;
}

TEST(ActiveSubspaceSentence, SaysWhatWasFound) {
    ActiveSubspace exact = found(DimensionOutcome::kDetermined, 3, 9);
    exact.exact = true;
    EXPECT_EQ(sentence(exact),
              "f varies in 3 of 9 directions; outside them nothing is above the noise floor.");
    ActiveSubspace behind_gap = found(DimensionOutcome::kDetermined, 2, 9);
    behind_gap.outside = 0.034;
    expect_words(sentence(behind_gap), {"mainly in 2 of 9", "3.4 %"});
    expect_words(sentence(found(DimensionOutcome::kFullDimensional, 5, 5)), {"all 5 directions"});
    expect_words(sentence(found(DimensionOutcome::kFullDimensional, 1, 1)), {"its only direction"});
    expect_words(sentence(found(DimensionOutcome::kConstant, 0, 5)), {"constant", "5 directions"});
    expect_words(sentence(found(DimensionOutcome::kUndecided, 2, 5)), {"Undecided", "2 of 5"});
}

TEST(ActiveSubspaceSentence, NamesWhatDominates) {
    ActiveSubspace exact = found(DimensionOutcome::kDetermined, 7, 8);
    exact.exact = true;
    exact.leading = 1;
    expect_words(sentence(exact), {"7 of 8", "The first of them dominates"});
    exact.leading = 2;
    expect_words(sentence(exact), {"The first 2 of them dominate"});
    exact.leading = 7;
    EXPECT_EQ(sentence(exact).find("dominate"), std::string::npos) << "all that there are";
}

TEST(ActiveSubspaceJson, UnknownNumbersAreNull) {
    ActiveSubspace result = found(DimensionOutcome::kUndecided, 1, 2);
    result.subspace_error = std::numeric_limits<double>::quiet_NaN();
    result.leading = 1;
    const Json json = to_json(result);
    EXPECT_EQ(json.value("outcome", ""), "undecided");
    EXPECT_TRUE(json["subspace_error"].is_null());
    EXPECT_EQ(json.value("leading", 0), 1);
    EXPECT_EQ(json["basis"], (Json{{1.0, 0.0}, {0.0, 1.0}}));
}

}  // namespace
}  // namespace eckart::probe
