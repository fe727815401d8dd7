#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "report/plot.hpp"

namespace eckart::report {

/// A table whose first column is the row's name. Cells are text and are escaped here.
class HtmlTable {
  public:
    explicit HtmlTable(std::vector<std::string> header) : header_(std::move(header)) {}
    void add_row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
    /// A last row that stands out, such as a sum.
    void add_total(std::vector<std::string> cells) { total_ = std::move(cells); }
    [[nodiscard]] std::string html() const;

  private:
    std::vector<std::string> header_;
    std::vector<std::vector<std::string>> rows_;
    std::vector<std::string> total_;
};

/// A paragraph of plain text.
std::string paragraph(const std::string& text);

/// A headline number: what it is, the number, and a line below it for each detail.
std::string tile(const std::string& name, const std::string& value, const std::vector<std::string>& details);
/// Tiles side by side; empty where there are none.
std::string tile_row(const std::string& tiles);

/// The plot with its title, caption and table of numbers; page.js draws it.
std::string figure(const Plot& plot);

/// `page` with every {{name}} replaced by values.at(name), in one pass: what values hold is not searched
/// again. Throws std::out_of_range for a name that is not there.
std::string fill_template(std::string_view page, const std::map<std::string, std::string>& values);

/// A script whose text cannot end its own <script> element.
std::string script_safe(std::string_view script);
/// JSON for a <script type="application/json"> element: no '<' is left.
std::string json_in_script(std::string_view json);

}  // namespace eckart::report
