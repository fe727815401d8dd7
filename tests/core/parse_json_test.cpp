#include "eckart/core/parse_json.hpp"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <chrono>

#include "eckart/core/error.hpp"

namespace eckart {
namespace {

/// What is refused about a document, or "".
std::string complaint_about(const std::string& text) {
    try {
        parse_json(text);
    } catch (const FormatError& error) {
        return error.what();
    }
    return "";
}

std::string repeated(const std::string& text, int times) {
    std::string result;
    for (int i = 0; i < times; ++i) result += text;
    return result;
}

std::string object_of(int members) {
    std::string text = "{";
    for (int i = 0; i < members; ++i) text += fmt::format("{}\"{}\": 0", i == 0 ? "" : ",", i);
    return text + "}";
}

TEST(ParseJson, ReadsWhatStaysWithinItsBounds) {
    EXPECT_EQ(parse_json(R"({"b": [1, -2, 2.5, "x", true, null, {}], "a": {}})").dump(),
              R"({"b":[1,-2,2.5,"x",true,null,{}],"a":{}})");
    EXPECT_EQ(complaint_about(repeated("[", 16) + repeated("]", 16)), "");
    EXPECT_EQ(complaint_about(repeated("{\"a\":", 16) + "0" + repeated("}", 16)), "");
    EXPECT_EQ(complaint_about(object_of(100)), "");
    // Members are counted for each object alone.
    EXPECT_EQ(complaint_about("[" + object_of(100) + ",{\"a\":" + object_of(100) + ",\"b\":0}]"), "");
}

TEST(ParseJson, RefusesMore) {
    const std::string deep = "it is nested deeper than 16 levels";
    EXPECT_EQ(complaint_about(repeated("[", 17) + repeated("]", 17)), deep);
    EXPECT_EQ(complaint_about(repeated("{\"a\":", 17) + "0" + repeated("}", 17)), deep);
    EXPECT_EQ(complaint_about(repeated("[", 1'000'000)), deep);
    const std::string wide = "an object in it has more than 100 members";
    EXPECT_EQ(complaint_about(object_of(101)), wide);
    EXPECT_EQ(complaint_about("{" + repeated("\"a\": 0,", 100) + "\"a\": 0}"), wide);
    // Those of an object inside do not count, and do not make the outer ones forgotten.
    EXPECT_EQ(complaint_about("{\"in\": {\"a\": 0}, " + object_of(100).substr(1)), wide);
}

TEST(ParseJson, NamesFaults) {
    EXPECT_EQ(complaint_about(""), "it is not valid JSON at byte 1");
    EXPECT_EQ(complaint_about("[0] x"), "it is not valid JSON at byte 5");
    EXPECT_EQ(complaint_about("[\"\xff\"]"), "it is not valid JSON at byte 3");
    EXPECT_EQ(complaint_about("[1e999]"), "it holds a number out of range");
}

TEST(ParseJson, TakesTimeInProportionToTheLength) {
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(parse_json("[" + repeated("{},", 500'000) + "{}]").size(), 500'001U);
    EXPECT_EQ(parse_json("[" + repeated("[],", 500'000) + "[]]").size(), 500'001U);
    // A tenth of a second; with the square of the length, minutes.
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(30));
}

}  // namespace
}  // namespace eckart
