#include "eckart/report/report.hpp"

#include <fmt/core.h>

#include <map>
#include <string>
#include <vector>

#include "report/assets.hpp"
#include "report/consistency.hpp"
#include "report/findings.hpp"
#include "report/format.hpp"
#include "report/gnuplot.hpp"
#include "report/html.hpp"
#include "report/plots.hpp"
#include "report/run_data.hpp"
#include "report/sections.hpp"

namespace eckart::report {
namespace fs = std::filesystem;
namespace {

std::string page_title(const RunData& run) {
    return run.data ? "Low-rank compression on " + run.data->name : "Low-rank compression of a network";
}

std::string navigation(const std::vector<Section>& sections) {
    std::string html;
    for (const Section& section : sections) {
        html += fmt::format("<a href=\"#{}\">{}</a>\n", section.id, escape_html(section.title));
    }
    return html;
}

std::string body(const std::vector<Section>& sections) {
    std::string html;
    for (const Section& section : sections) {
        html += fmt::format("<section id=\"{}\">\n<h2>{}</h2>\n{}</section>\n", section.id,
                            escape_html(section.title), section.html);
    }
    return html;
}

std::string notes(const RunData& run) {
    std::string html;
    for (const std::string& sentence : inconsistencies(run)) {
        html += "<p class=\"note\">" + escape_html(sentence) + "</p>\n";
    }
    return html;
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
    std::vector<Section> sections{data_section(run),           training_section(run, plots),
                                  spectra_section(run, plots), accuracy_section(run, plots),
                                  time_section(run, plots),    fine_tuning_section(run, plots),
                                  vectors_section(run),        layers_section(run),
                                  findings_section(run),       method_section(run, plot_files)};
    std::erase_if(sections, [](const Section& section) { return section.html.empty(); });
    const std::string lead = summary(run);
    return fill_template(assets::page(),
                         {{"title", escape_html(page_title(run))},
                          {"style", std::string(assets::style())},
                          {"lead", lead.empty() ? "" : "<p class=\"lead\">" + escape_html(lead) + "</p>"},
                          {"notes", notes(run)},
                          {"headline", headline(run)},
                          {"navigation", navigation(sections)},
                          {"sections", body(sections)},
                          {"record", escape_html(record_line(run))},
                          {"plots", json_in_script(plots_as_json(plots.all()))},
                          {"chart_library", script_safe(assets::chart_library())},
                          {"script", script_safe(assets::script())}});
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
