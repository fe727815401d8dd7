#include "probe_bounds.hpp"

#include <fmt/core.h>

#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "eckart/core/atomic_file.hpp"
#include "eckart/core/error.hpp"
#include "parse_number.hpp"

namespace eckart::cli {
namespace {

constexpr std::size_t kLargestFile = 64'000'000;
constexpr std::string_view kBlanks = " \t\r";

std::vector<std::string_view> words_of(std::string_view line) {
    std::vector<std::string_view> words;
    for (std::size_t begin = line.find_first_not_of(kBlanks); begin != std::string_view::npos;) {
        const std::size_t end = std::min(line.find_first_of(kBlanks, begin), line.size());
        words.push_back(line.substr(begin, end - begin));
        begin = line.find_first_not_of(kBlanks, end);
    }
    return words;
}

}  // namespace

probe::Box read_bounds(const std::filesystem::path& file) {
    const std::string text = read_file(file, kLargestFile);
    std::vector<double> lower;
    std::vector<double> upper;
    std::size_t number = 0;
    for (std::size_t begin = 0; begin < text.size(); ++number) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        const auto words = words_of(std::string_view(text).substr(begin, end - begin));
        begin = end + 1;
        if (words.empty() || words.front().starts_with('#')) continue;
        try {
            if (words.size() != 2) throw InvalidArgument(fmt::format("it has {} words", words.size()));
            lower.push_back(parse_real("the lower bound", words[0], -kLargestNumber, kLargestNumber));
            upper.push_back(parse_real("the upper bound", words[1], -kLargestNumber, kLargestNumber));
            if (!(lower.back() < upper.back()))
                throw InvalidArgument("the lower bound is not below the upper one");
        } catch (const InvalidArgument& error) {
            throw FormatError(fmt::format("line {} of '{}' is not 'low high' for one variable: {}",
                                          number + 1, file.string(), error.what()));
        }
    }
    if (lower.empty()) {
        throw FormatError(
            fmt::format("'{}' holds no bounds; write a line 'low high' for every variable", file.string()));
    }
    const auto count = static_cast<Eigen::Index>(lower.size());
    return {VectorD::Map(lower.data(), count), VectorD::Map(upper.data(), count)};
}

}  // namespace eckart::cli
