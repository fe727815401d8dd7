#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <ostream>
#include <string>
#include <vector>

namespace eckart::test {

using Words = std::vector<std::string>;

/// A call that the program has to refuse.
struct BadCall {
    std::string name;  ///< of the test
    Words arguments;
    int code = 2;
    std::string says;                                                ///< part of the message: how to mend it
    std::function<void(const std::filesystem::path&)> prepare = {};  ///< adds to the folder of lay_out()
    bool plain_rights = false;                                       ///< see Start
    std::string stdout_path = "";
    Words environment = {};
};

void PrintTo(const BadCall& call, std::ostream* out);
std::string name_of(const testing::TestParamInfo<BadCall>& info);

/// Makes the call in a fresh folder and checks all that a refusal promises: the exit code, one line on stderr
/// that says what is wrong and how to mend it, nothing on stdout, and a folder that is as it was.
void expect_refusal(const BadCall& call);

/// `first` and then `rest`.
Words operator+(Words first, const Words& rest);

}  // namespace eckart::test

/// The suite of every table of bad calls, in the file that holds the table.
#define ECKART_BAD_CALLS(suite, table)                       \
    class suite : public testing::TestWithParam<BadCall> {}; \
    TEST_P(suite, IsRefusedInOneLineAndLeavesNothing) {      \
        expect_refusal(GetParam());                          \
    }                                                        \
    INSTANTIATE_TEST_SUITE_P(Calls, suite, testing::ValuesIn(table), name_of)
