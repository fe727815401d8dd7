#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "eckart/report/probe_page.hpp"
#include "report/plot.hpp"

namespace eckart::report {

/// The plots of a probe's page, those without numbers left out: spectrum, then active-1 and active-2, then
/// directions.
std::vector<Plot> probe_plots(const ProbeStudy& study);

/// The ids that probe_plots() gives, in its order.
inline constexpr std::array<std::string_view, 4> kProbePlotIds{"spectrum", "active-1", "active-2",
                                                               "directions"};
/// Whether `id` is one of them.
bool is_probe_plot_id(std::string_view id);

/// The directions that the page shows by their components: the active ones, three at most, and one where none
/// is.
Eigen::Index directions_shown(const probe::ActiveSubspace& found);

/// "95 % interval"
std::string interval_name(const probe::ActiveSubspaceOptions& options);

}  // namespace eckart::report
