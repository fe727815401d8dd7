#include "report/probe_plots.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "report/format.hpp"

namespace eckart::report {
namespace {

using probe::ActiveSubspace;

constexpr Eigen::Index kMostPoints = 1000;
constexpr Eigen::Index kMostDirections = 3;
constexpr double kDecadesBelowFloor = 2;

/// Where the axis of eigenvalues begins: rounding has no meaning, and zero no place on it.
double lowest_shown(const ActiveSubspace& found) {
    double lowest = std::numeric_limits<double>::infinity();
    for (const double value : found.eigenvalues) {
        if (value > 0) lowest = std::min(lowest, value);
    }
    const double largest = found.eigenvalues.size() > 0 ? found.eigenvalues.maxCoeff() : 0;
    const double cut = found.noise_floor > 0 ? found.noise_floor * std::pow(10, -kDecadesBelowFloor)
                                             : largest * std::numeric_limits<double>::epsilon();
    return std::pow(10, std::floor(std::log10(std::max(lowest, cut))));
}

Plot spectrum_plot(const ProbeStudy& study) {
    const ActiveSubspace& found = study.found;
    const Eigen::Index n = found.eigenvalues.size();
    Plot plot;
    plot.id = kProbePlotIds[0];
    plot.title = "Spectrum";
    plot.x = {"direction", "", NumberStyle::kWhole,
              false,       1,  static_cast<double>(std::max<Eigen::Index>(n, 2))};
    plot.y = {"eigenvalue", "", NumberStyle::kScientific, true};
    plot.spread = interval_name(study.options);
    if (n == 0 || found.eigenvalues.maxCoeff() <= 0) return plot;
    plot.y.low = lowest_shown(found);
    // The noise floor belongs into the picture, above all where it hides everything.
    if (found.noise_floor > found.upper.maxCoeff()) plot.y.high = 2 * found.noise_floor;
    Series series{"eigenvalue", SeriesStyle::kLineWithPoints, 0, {}};
    for (Eigen::Index i = 0; i < n; ++i) {
        const double value = found.eigenvalues[i];
        if (value < plot.y.low) continue;
        series.points.push_back({static_cast<double>(i + 1), value,
                                 std::clamp(found.lower[i], plot.y.low, value),
                                 std::max(found.upper[i], value)});
    }
    plot.series.push_back(std::move(series));
    if (found.noise_floor > 0)
        plot.references.push_back({true, found.noise_floor, "noise floor", 2 * found.dimension <= n});
    if (found.dimension > 0 && found.dimension < n)
        plot.references.push_back({false, static_cast<double>(found.dimension) + 0.5, ""});
    plot.caption = fmt::format(
        "The eigenvalues of the mean of ∇f ∇fᵀ over the box: the mean square of f's slope along each "
        "direction, "
        "with its {} as a band. What noise and the finite step alone may give reaches up to the noise "
        "floor{}.",
        plot.spread,
        plot.references.size() > 1 ? "; the vertical line stands behind the last active direction" : "");
    return plot;
}

Plot active_plot(const ActiveSubspace& found, Eigen::Index direction) {
    Plot plot;
    plot.id = kProbePlotIds[static_cast<std::size_t>(direction + 1)];
    plot.title =
        direction == 0 ? "f against the first active variable" : "f against the second active variable";
    plot.x = {fmt::format("y{}", direction + 1), "", NumberStyle::kPlain};
    plot.y = {"f", "", NumberStyle::kScientific};
    plot.caption = direction == 0 ? "Points from the whole box. On a curve: f depends on this variable alone."
                                  : "The same points along the next direction.";
    if (found.outcome == probe::DimensionOutcome::kConstant ||
        direction >= std::min(found.dimension, found.basis.cols()))
        return plot;
    const VectorD active = found.points * found.basis.col(direction);
    const Eigen::Index step = std::max<Eigen::Index>(1, (active.size() + kMostPoints - 1) / kMostPoints);
    Series series{"f", SeriesStyle::kDots, 0, {}};
    for (Eigen::Index i = 0; i < active.size(); i += step)
        series.points.push_back({active[i], found.values[i]});
    std::ranges::sort(series.points, {}, &PlotPoint::x);
    plot.series.push_back(std::move(series));
    return plot;
}

Plot directions_plot(const ActiveSubspace& found) {
    Plot plot;
    const Eigen::Index n = found.basis.rows();
    plot.id = kProbePlotIds[3];
    plot.title = "What the variables contribute";
    plot.x = {"variable", "", NumberStyle::kWhole,
              false,      1,  static_cast<double>(std::max<Eigen::Index>(n, 2))};
    plot.y = {"component", "", NumberStyle::kPlain, false, -1, 1};
    plot.caption =
        "Components of the leading directions, each of length 1, in coordinates where every variable runs "
        "from -1 to "
        "1 over the box.";
    for (Eigen::Index k = 0; k < directions_shown(found); ++k) {
        Series series{fmt::format("y{}", k + 1), SeriesStyle::kPoints, static_cast<int>(k), {}};
        for (Eigen::Index i = 0; i < n; ++i)
            series.points.push_back({static_cast<double>(i + 1), found.basis(i, k)});
        plot.series.push_back(std::move(series));
    }
    plot.references.push_back({true, 0, ""});
    return plot;
}

}  // namespace

Eigen::Index directions_shown(const ActiveSubspace& found) {
    if (found.outcome == probe::DimensionOutcome::kConstant) return 0;
    return std::min({found.basis.cols(), std::max<Eigen::Index>(found.dimension, 1), kMostDirections});
}

std::string interval_name(const probe::ActiveSubspaceOptions& options) {
    return fmt::format("{:g} % interval", 100 * options.confidence);
}

std::vector<Plot> probe_plots(const ProbeStudy& study) {
    std::vector<Plot> plots{spectrum_plot(study), active_plot(study.found, 0), active_plot(study.found, 1),
                            directions_plot(study.found)};
    std::erase_if(plots, [](const Plot& plot) {
        return std::ranges::all_of(plot.series, [](const Series& series) { return series.points.empty(); });
    });
    return plots;
}

bool is_probe_plot_id(std::string_view id) {
    return std::ranges::find(kProbePlotIds, id) != kProbePlotIds.end();
}

}  // namespace eckart::report
