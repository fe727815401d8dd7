#include "eckart/report/probe_page.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "eckart/core/created_folders.hpp"
#include "eckart/probe/active_subspace_json.hpp"
#include "report/format.hpp"
#include "report/gnuplot.hpp"
#include "report/html.hpp"
#include "report/page.hpp"
#include "report/probe_plots.hpp"

namespace eckart::report {
namespace fs = std::filesystem;
namespace {

using probe::ActiveSubspace;
using probe::DimensionOutcome;

constexpr const char* kPage = "probe.html";
constexpr Eigen::Index kMostRows = 40;

std::vector<const Plot*> pointers(const std::vector<Plot>& plots) {
    std::vector<const Plot*> result(plots.size());
    std::ranges::transform(plots, result.begin(), [](const Plot& plot) { return &plot; });
    return result;
}

/// Figures of the plots whose ids begin like this.
std::string figures(const std::vector<Plot>& plots, std::string_view id) {
    std::string html;
    for (const Plot& plot : plots) {
        if (plot.id.starts_with(id)) html += figure(plot);
    }
    return html;
}

std::string eigenvalue_table(const ProbeStudy& study) {
    const ActiveSubspace& found = study.found;
    const double sum = found.eigenvalues.sum();
    const auto share = [&](double part) { return sum > 0 && std::isfinite(sum) ? percent(part / sum) : ""; };
    HtmlTable table({"direction", "eigenvalue", "from", "to (" + interval_name(study.options) + ")", "share",
                     "share so far"});
    double so_far = 0;
    const Eigen::Index rows = std::min(found.eigenvalues.size(), kMostRows);
    for (Eigen::Index i = 0; i < rows; ++i) {
        so_far += found.eigenvalues[i];
        const bool seen = found.eigenvalues[i] > found.noise_floor;
        table.add_row({fmt::format("{}", i + 1), scientific(found.eigenvalues[i]),
                       seen ? scientific(found.lower[i]) : "", seen ? scientific(found.upper[i]) : "",
                       share(found.eigenvalues[i]), share(so_far)});
    }
    return table.html();
}

/// The variables with the largest components first.
std::string component_table(const ActiveSubspace& found) {
    const Eigen::Index shown = directions_shown(found);
    std::vector<std::string> header{"variable"};
    for (Eigen::Index k = 0; k < shown; ++k) header.push_back(fmt::format("y{}", k + 1));
    HtmlTable table(header);
    std::vector<Eigen::Index> order(static_cast<std::size_t>(found.basis.rows()));
    std::iota(order.begin(), order.end(), Eigen::Index{0});
    const VectorD size = found.basis.leftCols(shown).rowwise().norm();
    std::ranges::stable_sort(order, [&](Eigen::Index a, Eigen::Index b) { return size[a] > size[b]; });
    order.resize(std::min<std::size_t>(order.size(), kMostRows));
    for (const Eigen::Index variable : order) {
        std::vector<std::string> row{fmt::format("x{}", variable + 1)};
        for (Eigen::Index k = 0; k < shown; ++k)
            row.push_back(fmt::format("{:.3f}", found.basis(variable, k)));
        table.add_row(row);
    }
    return "<details><summary>Largest components</summary>" + table.html() + "</details>\n";
}

std::string record_details(const RunRecord& record) {
    HtmlTable table({"", "value"});
    const auto text = [](const Json& value) {
        return value.is_string() ? value.get<std::string>() : to_text(value);
    };
    const Json json = to_json(record);
    for (const auto& [name, value] : json.items()) {
        if (!value.is_object()) {
            if (!text(value).empty()) table.add_row({name, text(value)});
            continue;
        }
        for (const auto& [library, version] : value.items()) table.add_row({library, text(version)});
    }
    return "<details><summary>Run record</summary><div class=\"record\">" + table.html() +
           "</div></details>\n";
}

std::string item(const std::string& sentence) {
    return fmt::format("<li>{}</li>\n", escape_html(sentence));
}

Section spectrum_section(const ProbeStudy& study, const std::vector<Plot>& plots) {
    return {"spectrum", "Eigenvalues",
            paragraph(probe::reason_sentence(study.found)) + figures(plots, "spectrum") +
                paragraph(probe::interval_sentence(study.found)) +
                "<details><summary>Shares and intervals</summary>" + eigenvalue_table(study) +
                "</details>\n"};
}

Section active_section(const ProbeStudy& study, const std::vector<Plot>& plots) {
    Section section{"active", "Active variables", figures(plots, "active")};
    if (section.html.empty()) return section;
    std::string text = "An active variable is the coordinate of a point along one of the leading directions.";
    if (std::isfinite(study.found.subspace_error)) {
        text += fmt::format(" The directions together are known up to an angle whose sine is about {}.",
                            scientific(study.found.subspace_error));
    }
    section.html = paragraph(text) + "<div class=\"pair\">" + section.html + "</div>\n";
    return section;
}

Section directions_section(const ProbeStudy& study, const std::vector<Plot>& plots) {
    Section section{"directions", "Directions", figures(plots, "directions")};
    if (!section.html.empty()) section.html += component_table(study.found);
    return section;
}

std::string box_sentence(const probe::Box& box) {
    const bool equal = box.lower.size() > 0 && (box.lower.array() == box.lower[0]).all() &&
                       (box.upper.array() == box.upper[0]).all();
    if (box.lower.size() > 0 && !equal) return "Every variable has a range of its own, in probe.json.";
    return fmt::format("Every variable is in [{}, {}].", equal ? box.lower[0] : -1, equal ? box.upper[0] : 1);
}

Section method_section(const ProbeStudy& study, const std::vector<std::string>& plot_files) {
    const ActiveSubspace& found = study.found;
    std::string list =
        item(fmt::format("f is {}, asked {} times (at most {}).", study.function,
                         whole(found.calls.values + found.calls.gradients), whole(study.options.max_calls))) +
        item(box_sentence(study.options.box)) +
        item(fmt::format("The mean is over {}, at points drawn uniformly in the box with seed {}{}.",
                         plural(found.samples, "gradient"), study.record.seed,
                         found.step > 0
                             ? fmt::format(", by differences with a step of {}", scientific(found.step))
                             : std::string())) +
        item(found.noise > 0
                 ? fmt::format("The noise of f has a standard deviation of {}{}.", scientific(found.noise),
                               std::isfinite(study.options.noise) ? " (given)" : " (estimated)")
                 : std::string("f shows no noise.")) +
        item(fmt::format("Intervals are from {} bootstrap resamples of the gradients.",
                         study.options.bootstrap));
    std::string html = "<ul>\n" + list + "</ul>\n";
    if (!plot_files.empty()) html += "<p>The plots are also beside this page, each as SVG and PNG.</p>\n";
    return {"method", "How it was measured", html + record_details(study.record)};
}

std::string share_text(double share) {
    if (share <= 0) return "0 %";
    return share < 1e-5 ? "< 0.001 %" : percent(share, share < 0.001 ? 3 : 1);
}

std::string headline(const ProbeStudy& study) {
    const ActiveSubspace& found = study.found;
    const auto n = static_cast<std::int64_t>(found.basis.rows());
    const std::int64_t calls = found.calls.values + found.calls.gradients;
    std::string html =
        tile("Effective dimension",
             found.outcome == DimensionOutcome::kUndecided ? fmt::format("{}?", found.dimension)
                                                           : fmt::format("{}", found.dimension),
             {"of " + plural(n, "variable"), to_string(found.outcome)});
    if (found.dimension > 0) {
        html += tile("Outside these directions", share_text(found.outside), {"of the mean squared gradient"});
    }
    return tile_row(html +
                    tile("Calls", whole(calls), {"the mean is over " + plural(found.samples, "gradient")}));
}

std::string render(const ProbeStudy& study, const std::vector<Plot>& plots,
                   const std::vector<std::string>& plot_files) {
    Page page{
        "Effective dimension of " + study.function,
        probe::sentence(study.found),
        {},
        headline(study),
        {spectrum_section(study, plots), active_section(study, plots), directions_section(study, plots),
         method_section(study, plot_files)},
        fmt::format("{} · {} · eckart {}", study.record.started_at, study.record.cpu, study.record.version),
        pointers(plots)};
    if (study.found.outcome == DimensionOutcome::kUndecided)
        page.notes.emplace_back(
            "This study is undecided: the dimension is a guess. More calls may settle it.");
    return page_html(page);
}

}  // namespace

std::vector<std::string> probe_page_files() {
    std::vector<std::string> names;
    for (const std::string_view id : kProbePlotIds) {
        names.push_back(fmt::format("{}.svg", id));
        names.push_back(fmt::format("{}.png", id));
    }
    names.emplace_back(kPage);
    return names;
}

std::vector<fs::path> write_probe_page(const fs::path& folder, const ProbeStudy& study,
                                       const ReportOptions& options) {
    const CreatedFolders created(folder);
    require_writable(folder / kPage, options.overwrite);
    const std::vector<Plot> plots = probe_plots(study);
    PlotFiles files;
    if (options.plot_files) {
        files = draw_plot_files(pointers(plots), folder, options.overwrite, options.stop, is_probe_plot_id);
    }
    if (files.interrupted || should_stop(options.stop)) return {};
    if (options.observer != nullptr && !files.problem.empty()) options.observer->on_line(files.problem);
    write_file(folder / kPage, render(study, plots, files.names), options.overwrite);
    std::vector<fs::path> written;
    for (const std::string& name : files.names) written.push_back(folder / name);
    written.push_back(folder / kPage);
    return written;
}

}  // namespace eckart::report
