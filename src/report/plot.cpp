#include "report/plot.hpp"

#include <fmt/core.h>

#include <cmath>
#include <map>
#include <set>

#include "eckart/core/json.hpp"
#include "report/format.hpp"

namespace eckart::report {
namespace {

Json number_or_null(double value) {
    return std::isfinite(value) ? Json(value) : Json(nullptr);
}

const char* style_name(NumberStyle style) {
    switch (style) {
        case NumberStyle::kPlain:
            return "plain";
        case NumberStyle::kWhole:
            return "whole";
        case NumberStyle::kShort:
            return "short";
        case NumberStyle::kScientific:
            return "scientific";
    }
    return "plain";
}

Json axis_json(const Axis& axis) {
    return {{"label", axis.label},
            {"unit", axis.unit},
            {"style", style_name(axis.style)},
            {"logarithmic", axis.logarithmic},
            {"low", number_or_null(axis.low)},
            {"high", number_or_null(axis.high)}};
}

Json series_json(const Series& series) {
    Json points = Json::array();
    for (const PlotPoint& point : series.points) {
        if (!std::isfinite(point.y)) continue;
        points.push_back({{"x", point.x}, {"y", point.y}});
        if (std::isfinite(point.low)) points.back()["low"] = point.low;
        if (std::isfinite(point.high)) points.back()["high"] = point.high;
        if (!point.note.empty()) points.back()["note"] = point.note;
    }
    return {{"label", series.label},
            {"line", series.style == SeriesStyle::kLine || series.style == SeriesStyle::kLineWithPoints},
            {"dots", series.style != SeriesStyle::kLine},
            {"small", series.style == SeriesStyle::kDots},
            {"color", series.color},
            {"points", points}};
}

}  // namespace

std::string axis_number(const Axis& axis, double value) {
    if (!std::isfinite(value)) return "–";
    switch (axis.style) {
        case NumberStyle::kWhole:
            return whole(std::llround(value));
        case NumberStyle::kShort:
            return short_count(value);
        case NumberStyle::kScientific:
            return scientific(value);
        case NumberStyle::kPlain:
            break;
    }
    return axis.unit == "%" ? fmt::format("{:.1f}", value) : significant(value, 3);
}

std::string plots_as_json(const std::vector<const Plot*>& plots) {
    Json all = Json::array();
    for (const Plot* plot : plots) {
        Json series = Json::array();
        for (const Series& item : plot->series) series.push_back(series_json(item));
        Json references = Json::array();
        for (const Reference& item : plot->references) {
            references.push_back({{"horizontal", item.horizontal},
                                  {"value", item.value},
                                  {"label", item.label},
                                  {"atEnd", item.label_at_end}});
        }
        all.push_back({{"id", plot->id},
                       {"x", axis_json(plot->x)},
                       {"y", axis_json(plot->y)},
                       {"spread", plot->spread},
                       {"series", series},
                       {"references", references}});
    }
    return all.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string plot_table(const Plot& plot) {
    std::map<double, std::map<std::size_t, const PlotPoint*>> rows;
    const std::set<double> wanted(plot.table_x.begin(), plot.table_x.end());
    bool notes = false;
    for (std::size_t i = 0; i < plot.series.size(); ++i) {
        for (const PlotPoint& point : plot.series[i].points) {
            if (!wanted.empty() && wanted.count(point.x) == 0) continue;
            rows[point.x][i] = &point;
            notes = notes || !point.note.empty();
        }
    }
    std::string html = fmt::format("<div class=\"scroll\"><table><thead><tr><th scope=\"col\">{}</th>",
                                   escape_html(plot.x.label));
    for (const Series& series : plot.series) {
        html += fmt::format("<th scope=\"col\">{}{}</th>", escape_html(series.label),
                            plot.y.unit.empty() ? "" : " (" + escape_html(plot.y.unit) + ")");
    }
    html += notes ? "<th scope=\"col\">note</th></tr></thead><tbody>\n" : "</tr></thead><tbody>\n";
    for (const auto& [x, points] : rows) {
        html += fmt::format("<tr><th scope=\"row\">{}</th>", axis_number(plot.x, x));
        std::string note;
        for (std::size_t i = 0; i < plot.series.size(); ++i) {
            const auto point = points.find(i);
            html += fmt::format("<td>{}</td>",
                                point == points.end() ? "" : axis_number(plot.y, point->second->y));
            if (point != points.end() && note.empty()) note = point->second->note;
        }
        html += notes ? fmt::format("<td>{}</td></tr>\n", escape_html(note)) : "</tr>\n";
    }
    return html + "</tbody></table></div>";
}

}  // namespace eckart::report
