#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "eckart/core/atomic_file.hpp"
#include "eckart/core/stop.hpp"
#include "report/plot.hpp"
#include "report/plots.hpp"

namespace eckart::report {

/// Whether a plot of some run has this id.
using PlotIds = std::function<bool(std::string_view id)>;

struct PlotFiles {
    std::vector<std::string> names;  ///< files written, e.g. "spectra.svg"
    std::string problem;             ///< why there are none or not all, one line; empty where all is well
    bool interrupted = false;        ///< `stop` asked to end: nothing was written
};

/// The gnuplot program that draws `plot` from "<id>.tsv" of series blocks into "<id>.svg" and "<id>.png".
/// Labels stand in single quotes, where gnuplot expands nothing, and without its own markup.
std::string gnuplot_script(const Plot& plot);
/// The numbers: one block per series (x, y, low, high), blocks two empty lines apart.
std::string gnuplot_data(const Plot& plot);

/// Draws every plot as SVG and PNG into `folder`, which is created where missing. gnuplot runs without a
/// shell, without the user's settings and with LC_NUMERIC=C, in a temporary folder of its own beside the
/// files; such folders of killed reports are removed. The files appear once all are drawn; with kReplace,
/// those of `known` plots, which an earlier report may have had, are then removed where this one has not.
/// `stop` is asked while gnuplot runs. Throws IoError where the folder cannot be written or a file exists and
/// `overwrite` is kRefuse; a missing or failing gnuplot is reported in the result.
PlotFiles draw_plot_files(const std::vector<const Plot*>& plots, const std::filesystem::path& folder,
                          Overwrite overwrite, const StopRequested& stop = {},
                          const PlotIds& known = is_plot_id);

}  // namespace eckart::report
