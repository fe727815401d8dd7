#include "io/metadata.hpp"

#include <fmt/core.h>

#include <array>

#include "eckart/core/error.hpp"

namespace eckart::io {

namespace {

constexpr int kDeepest = 16;
constexpr int kMostMembers = 100;

}  // namespace

Json parse_metadata(const std::string& text, std::size_t longest) {
    if (text.size() > longest)
        throw FormatError(fmt::format("it has {} bytes, more than {}", text.size(), longest));
    std::array<int, kDeepest + 1> members{};  // seen so far in the open object at each depth
    const auto within_bounds = [&members](int depth, Json::parse_event_t event, const Json&) {
        const auto level = static_cast<std::size_t>(depth);
        if (level >= members.size())
            throw FormatError(fmt::format("it is nested deeper than {} levels", kDeepest));
        if (event == Json::parse_event_t::object_start) members[level] = 0;
        if (event == Json::parse_event_t::key && ++members[level - 1] > kMostMembers)
            throw FormatError(fmt::format("an object in it has more than {} members", kMostMembers));
        return true;
    };
    Json document = Json::parse(text, within_bounds, false);
    if (document.is_discarded()) throw FormatError("it is not valid JSON");
    return document;
}

}  // namespace eckart::io
