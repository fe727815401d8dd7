#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace eckart::cli {

/// A plain-text table for stdout: the first column left-aligned, the others right-aligned.
class Table {
  public:
    explicit Table(std::vector<std::string> header);
    void add_row(std::vector<std::string> cells);
    void add_rule();
    [[nodiscard]] std::string text() const;

  private:
    std::vector<std::vector<std::string>> rows_;  // an empty row stands for a rule
};

/// Columns that a text takes on the screen.
std::size_t screen_columns(const std::string& text);

/// 7087010 -> "7,087,010".
std::string with_commas(std::int64_t value);
/// Bytes in the largest fitting decimal unit: "28.3 MB".
std::string format_bytes(std::int64_t bytes);
/// Seconds in a readable unit: "1.23 ms".
std::string format_seconds(double seconds);

}  // namespace eckart::cli
