#include "eckart/core/parse_json.hpp"

#include <fmt/core.h>

#include <array>

#include "eckart/core/error.hpp"

namespace eckart {
namespace {

constexpr int kDeepest = 16;
constexpr int kMostMembers = 100;

}  // namespace

Json parse_json(const std::string& text) {
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
    try {
        return Json::parse(text, within_bounds);
    } catch (const Json::parse_error& error) {
        throw FormatError(fmt::format("it is not valid JSON at byte {}", error.byte));
    } catch (const Json::exception&) {
        throw FormatError("it holds a number out of range");
    }
}

}  // namespace eckart
