#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "eckart/core/json.hpp"

namespace eckart::report {

/// A value of a JSON file together with its place ("sweep.json: points[3].rank"). Every accessor checks the
/// type and throws FormatError with place, expectation and what was found. Valid as long as the document is.
class CheckedJson {
  public:
    CheckedJson(const Json& value, std::string file) : value_(&value), file_(std::move(file)) {}

    /// The member `key`; throws when this is no object or has no such member.
    [[nodiscard]] CheckedJson at(const std::string& key) const;
    /// The member `key`, nothing when it is absent or null; throws when this is no object.
    [[nodiscard]] std::optional<CheckedJson> find(const std::string& key) const;
    [[nodiscard]] std::vector<CheckedJson> items() const;
    /// All members of an object, in the order of the file.
    [[nodiscard]] std::vector<std::pair<std::string, CheckedJson>> members() const;

    [[nodiscard]] double number() const;         ///< finite
    [[nodiscard]] double non_negative() const;   ///< finite, >= 0
    [[nodiscard]] double fraction() const;       ///< in [0, 1]
    [[nodiscard]] double number_or_nan() const;  ///< null, as JSON writes NaN and infinity, becomes NaN
    [[nodiscard]] std::int64_t count() const;    ///< a whole number >= 0
    [[nodiscard]] std::vector<double> numbers() const;  ///< an array of finite numbers
    [[nodiscard]] std::string text() const;
    [[nodiscard]] bool flag() const;
    /// Any scalar as text, the way the file has it.
    [[nodiscard]] std::string printed() const;

  private:
    CheckedJson(const Json& value, std::string file, std::string field)
        : value_(&value), file_(std::move(file)), field_(std::move(field)) {}
    [[noreturn]] void refuse(const std::string& expected) const;

    const Json* value_;
    std::string file_;
    std::string field_;
};

/// Parses the file, whose "schema" must be `schema`. Throws IoError or FormatError.
Json read_document(const std::filesystem::path& path, const std::string& schema);

}  // namespace eckart::report
