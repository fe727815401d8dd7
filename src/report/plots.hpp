#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "report/plot.hpp"
#include "report/run_data.hpp"

namespace eckart::report {

/// Every plot of the report; nothing or empty where the run has no numbers for it.
struct Plots {
    std::optional<Plot> loss;
    std::optional<Plot> accuracy_by_epoch;
    std::optional<Plot> spectra;
    std::optional<Plot> accuracy_by_size;
    std::vector<Plot> times;  ///< one per batch size
    std::optional<Plot> fine_tuning;

    [[nodiscard]] std::vector<const Plot*> all() const;
};

Plots make_plots(const RunData& run);

/// Whether make_plots() gives a plot this id for some run.
bool is_plot_id(std::string_view id);

}  // namespace eckart::report
