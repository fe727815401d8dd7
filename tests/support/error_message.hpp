#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace eckart::test {

/// What the Exception says that `call` throws.
template <class Exception, class Call>
std::string message_of(const Call& call) {
    try {
        call();
    } catch (const Exception& error) {
        return error.what();
    }
    return "no exception of this type";
}

inline void expect_words(const std::string& message, const std::vector<std::string>& words) {
    for (const std::string& word : words) {
        EXPECT_NE(message.find(word), std::string::npos) << "'" << message << "' lacks '" << word << "'";
    }
}

}  // namespace eckart::test
