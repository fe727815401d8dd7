#pragma once

#include <limits>
#include <string>
#include <vector>

namespace eckart::report {

// One description of a plot, drawn three ways: Chart.js in the page, gnuplot as files, and a table of
// numbers.

inline constexpr double kNoValue = std::numeric_limits<double>::quiet_NaN();

/// How numbers on an axis are written.
enum class NumberStyle {
    kPlain,       ///< three significant digits
    kWhole,       ///< no decimals
    kShort,       ///< 1.2 M
    kScientific,  ///< three significant digits, and an exponent where plain digits would be many
};

struct Axis {
    std::string label;  ///< with its unit in parentheses
    std::string unit;   ///< behind a single number, e.g. "%"; may be empty
    NumberStyle style = NumberStyle::kPlain;
    bool logarithmic = false;
    double low = kNoValue;  ///< NaN: from the data
    double high = kNoValue;
};

/// A point; low and high bound its spread where known (NaN otherwise).
struct PlotPoint {
    double x = 0;
    double y = 0;
    double low = kNoValue;
    double high = kNoValue;
    std::string note = {};  ///< shown when the pointer rests on it, e.g. "rank 20"
};

enum class SeriesStyle {
    kLine,
    kLineWithPoints,
    kPoints,
    kDots,  ///< small, where there are many
};

struct Series {
    std::string label;
    SeriesStyle style = SeriesStyle::kLineWithPoints;
    int color = 0;  ///< index into the palette; equal things keep their color from plot to plot
    std::vector<PlotPoint> points;  ///< by ascending x; a y of NaN is left out
};

/// A dashed line across the plot: at y = value (horizontal) or x = value.
struct Reference {
    bool horizontal = true;
    double value = 0;
    std::string label;
    bool label_at_end = false;  ///< of a horizontal one: at the right instead of the left
};

struct Plot {
    std::string id;  ///< [a-z0-9-]+, file name and element id
    std::string title;
    std::string caption;  ///< what it shows, one or two sentences
    Axis x;
    Axis y;
    std::vector<Series> series;
    std::vector<Reference> references;
    std::vector<double> table_x;                     ///< the rows of its table; empty: every x
    std::string spread = "10th to 90th percentile";  ///< what low and high of its points are
};

/// `value` as the axis writes it, without unit.
std::string axis_number(const Axis& axis, double value);

/// All plots as a JSON array for page.js.
std::string plots_as_json(const std::vector<const Plot*>& plots);

/// The numbers of a plot as an HTML table.
std::string plot_table(const Plot& plot);

}  // namespace eckart::report
