#include "report/checked_json.hpp"

#include <fmt/core.h>

#include <cmath>
#include <limits>

#include "eckart/core/atomic_file.hpp"
#include "eckart/core/error.hpp"
#include "eckart/core/parse_json.hpp"

namespace eckart::report {
namespace {

// A sweep's spectra take about a megabyte; far above that, the file is not one that Eckart wrote.
constexpr std::size_t kLargestFile = 256U << 20U;
constexpr std::size_t kLongestQuote = 40;

std::string quoted(const Json& value) {
    if (value.is_object()) return "an object";
    if (value.is_array()) return "an array";
    std::string text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
    if (text.size() > kLongestQuote) text = text.substr(0, kLongestQuote) + "...";
    return text;
}

}  // namespace

void CheckedJson::refuse(const std::string& expected) const {
    const std::string place = field_.empty() ? "the document" : "'" + field_ + "'";
    throw FormatError(
        fmt::format("{}: {} must be {}, found {}; write the file again with the command that made it", file_,
                    place, expected, quoted(*value_)));
}

CheckedJson CheckedJson::at(const std::string& key) const {
    if (!value_->is_object()) refuse("an object");
    const auto member = value_->find(key);
    const std::string field = field_.empty() ? key : field_ + "." + key;
    if (member == value_->end()) {
        throw FormatError(fmt::format(
            "{}: '{}' is missing; write the file again with the command that made it", file_, field));
    }
    return {*member, file_, field};
}

std::optional<CheckedJson> CheckedJson::find(const std::string& key) const {
    if (!value_->is_object()) refuse("an object");
    const auto member = value_->find(key);
    if (member == value_->end() || member->is_null()) return std::nullopt;
    return at(key);
}

std::vector<CheckedJson> CheckedJson::items() const {
    if (!value_->is_array()) refuse("an array");
    std::vector<CheckedJson> result;
    result.reserve(value_->size());
    for (std::size_t i = 0; i < value_->size(); ++i) {
        result.push_back({(*value_)[i], file_, fmt::format("{}[{}]", field_, i)});
    }
    return result;
}

std::vector<std::pair<std::string, CheckedJson>> CheckedJson::members() const {
    if (!value_->is_object()) refuse("an object");
    std::vector<std::pair<std::string, CheckedJson>> result;
    for (const auto& [key, value] : value_->items()) result.emplace_back(key, at(key));
    return result;
}

double CheckedJson::number() const {
    if (!value_->is_number()) refuse("a number");
    const auto value = value_->get<double>();
    if (!std::isfinite(value)) refuse("a finite number");
    return value;
}

double CheckedJson::non_negative() const {
    const double value = number();
    if (value < 0) refuse("a number of at least 0");
    return value;
}

double CheckedJson::fraction() const {
    const double value = number();
    if (value < 0 || value > 1) refuse("a number from 0 to 1");
    return value;
}

double CheckedJson::number_or_nan() const {
    return value_->is_null() ? std::numeric_limits<double>::quiet_NaN() : number();
}

std::int64_t CheckedJson::count() const {
    const bool fits =
        value_->is_number_unsigned() &&
        value_->get<std::uint64_t>() <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    // A document built in memory holds counts as signed numbers.
    const bool is_signed_count =
        value_->is_number_integer() && !value_->is_number_unsigned() && value_->get<std::int64_t>() >= 0;
    if (!fits && !is_signed_count) refuse("a whole number of at least 0");
    return value_->get<std::int64_t>();
}

std::vector<double> CheckedJson::numbers() const {
    if (!value_->is_array()) refuse("an array of numbers");
    std::vector<double> result;
    result.reserve(value_->size());
    for (const Json& item : *value_) {
        if (!item.is_number() || !std::isfinite(item.get<double>())) {
            CheckedJson(item, file_, fmt::format("{}[{}]", field_, result.size())).refuse("a finite number");
        }
        result.push_back(item.get<double>());
    }
    return result;
}

std::string CheckedJson::text() const {
    if (!value_->is_string()) refuse("a text");
    return value_->get<std::string>();
}

bool CheckedJson::flag() const {
    if (!value_->is_boolean()) refuse("true or false");
    return value_->get<bool>();
}

std::string CheckedJson::printed() const {
    if (value_->is_string()) return value_->get<std::string>();
    return value_->dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json read_document(const std::filesystem::path& path, const std::string& schema) {
    const std::string file = path.filename().string();
    const std::string text = read_file(path, kLargestFile);
    Json document;
    try {
        document = parse_json(text);
    } catch (const FormatError& error) {
        throw FormatError(fmt::format("{}: {}; write the file again with the command that made it",
                                      path.string(), error.what()));
    }
    const std::string found = CheckedJson(document, file).at("schema").text();
    if (found != schema) {
        throw FormatError(
            fmt::format("{}: 'schema' must be '{}', found '{}'; write the file with this version of eckart",
                        path.string(), schema, found));
    }
    return document;
}

}  // namespace eckart::report
