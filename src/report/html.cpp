#include "report/html.hpp"

#include <fmt/core.h>

#include "report/format.hpp"

namespace eckart::report {
namespace {

std::string row_html(const std::vector<std::string>& cells) {
    std::string html = "<tr>";
    for (std::size_t i = 0; i < cells.size(); ++i) {
        html += i == 0 ? fmt::format("<th scope=\"row\">{}</th>", escape_html(cells[i]))
                       : fmt::format("<td>{}</td>", escape_html(cells[i]));
    }
    return html + "</tr>\n";
}

std::string replace_all(std::string_view text, std::string_view what, std::string_view by) {
    std::string result;
    std::size_t begin = 0;
    for (std::size_t at = text.find(what); at != std::string_view::npos; at = text.find(what, begin)) {
        result += text.substr(begin, at - begin);
        result += by;
        begin = at + what.size();
    }
    result += text.substr(begin);
    return result;
}

}  // namespace

std::string HtmlTable::html() const {
    std::string html = "<div class=\"scroll\"><table><thead><tr>";
    for (const std::string& cell : header_)
        html += fmt::format("<th scope=\"col\">{}</th>", escape_html(cell));
    html += "</tr></thead><tbody>\n";
    for (const std::vector<std::string>& row : rows_) html += row_html(row);
    html += "</tbody>";
    if (!total_.empty()) html += "<tfoot>" + row_html(total_) + "</tfoot>";
    return html + "</table></div>\n";
}

std::string paragraph(const std::string& text) {
    return text.empty() ? "" : fmt::format("<p>{}</p>\n", escape_html(text));
}

std::string tile(const std::string& name, const std::string& value, const std::vector<std::string>& details) {
    std::string html = fmt::format("<div class=\"tile\"><dt>{}</dt><dd><strong>{}</strong>",
                                   escape_html(name), escape_html(value));
    for (const std::string& detail : details) html += fmt::format("<span>{}</span>", escape_html(detail));
    return html + "</dd></div>\n";
}

std::string tile_row(const std::string& tiles) {
    return tiles.empty() ? "" : fmt::format("<dl class=\"tiles\">\n{}</dl>\n", tiles);
}

std::string figure(const Plot& plot) {
    const std::string title = escape_html(plot.title);
    const std::string caption = escape_html(plot.caption);
    return fmt::format(
        "<figure class=\"plot\"><figcaption><b>{0}</b> {1}</figcaption>\n"
        "<div class=\"canvas\"><canvas id=\"plot-{2}\" role=\"img\" aria-label=\"{0}. {1} The numbers are in "
        "the table "
        "below.\"></canvas></div>\n"
        "<details><summary>Numbers</summary>{3}</details></figure>\n",
        title, caption, escape_html(plot.id), plot_table(plot));
}

std::string fill_template(std::string_view page, const std::map<std::string, std::string>& values) {
    std::string result;
    std::size_t begin = 0;
    for (std::size_t open = page.find("{{"); open != std::string_view::npos; open = page.find("{{", begin)) {
        const std::size_t close = page.find("}}", open);
        if (close == std::string_view::npos) break;
        result += page.substr(begin, open - begin);
        result += values.at(std::string(page.substr(open + 2, close - open - 2)));
        begin = close + 2;
    }
    result += page.substr(begin);
    return result;
}

std::string script_safe(std::string_view script) {
    return replace_all(script, "</script", "<\\/script");
}

std::string json_in_script(std::string_view json) {
    return replace_all(json, "<", "\\u003c");
}

}  // namespace eckart::report
