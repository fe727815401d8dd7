#include "eckart/report/report.hpp"

#include <string>
#include <vector>

#include "report/consistency.hpp"
#include "report/findings.hpp"
#include "report/gnuplot.hpp"
#include "report/page.hpp"
#include "report/plots.hpp"
#include "report/run_data.hpp"
#include "report/sections.hpp"

namespace eckart::report {
namespace fs = std::filesystem;
namespace {

std::string page_title(const RunData& run) {
    return run.data ? "Low-rank compression on " + run.data->name : "Low-rank compression of a network";
}

std::string record_line(const RunData& run) {
    std::string line;
    for (const auto& [name, value] : run.records.front().fields) {
        if (name != "started_at" && name != "cpu" && name != "version") continue;
        if (value.empty()) continue;
        const std::string text = name == "version" ? "eckart " + value : value;
        line += (line.empty() ? "" : " · ") + text;
    }
    return line;
}

std::string render(const RunData& run, const Plots& plots, const std::vector<std::string>& plot_files) {
    return page_html(
        {page_title(run),
         summary(run),
         inconsistencies(run),
         headline(run),
         {data_section(run), training_section(run, plots), spectra_section(run, plots),
          accuracy_section(run, plots), time_section(run, plots), fine_tuning_section(run, plots),
          vectors_section(run), layers_section(run), findings_section(run), method_section(run, plot_files)},
         record_line(run),
         plots.all()});
}

}  // namespace

fs::path write_report(const fs::path& run_directory, const ReportOptions& options) {
    fs::path target = run_directory / "report.html";
    const RunData run = load_run(run_directory);
    require_writable(target, options.overwrite);
    const Plots plots = make_plots(run);
    PlotFiles files;
    if (options.plot_files) {
        files = draw_plot_files(plots.all(), run_directory / "plots", options.overwrite, options.stop);
    }
    if (files.interrupted || should_stop(options.stop)) return {};
    if (options.observer != nullptr && !files.problem.empty()) options.observer->on_line(files.problem);
    write_file(target, render(run, plots, files.names), options.overwrite);
    return target;
}

}  // namespace eckart::report
