#include "probe_output.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "eckart/probe/active_subspace_json.hpp"
#include "table.hpp"

namespace eckart::cli {
namespace {

using probe::ActiveSubspace;

constexpr Eigen::Index kMostRows = 12;
constexpr Eigen::Index kRowsBehind = 3;
constexpr Eigen::Index kMostDirections = 3;
constexpr std::size_t kMostVariables = 5;
constexpr double kSmallComponent = 0.05;

std::string number(double value) {
    return fmt::format("{:.3g}", value);
}

std::string eigenvalue_table(const report::ProbeStudy& study) {
    const ActiveSubspace& found = study.found;
    const double sum = found.eigenvalues.sum();
    Table table({"direction", "eigenvalue", fmt::format("{:g} % from", 100 * study.options.confidence), "to",
                 "share", "so far"});
    const Eigen::Index rows = std::min({found.eigenvalues.size(), found.dimension + kRowsBehind, kMostRows});
    const auto share = [&](double part) {
        return sum > 0 && std::isfinite(sum) ? fmt::format("{:.1f} %", 100 * part / sum) : "";
    };
    double so_far = 0;
    for (Eigen::Index i = 0; i < rows; ++i) {
        so_far += found.eigenvalues[i];
        // Below the floor an interval would be one of the noise.
        const bool seen = found.eigenvalues[i] > found.noise_floor;
        table.add_row({fmt::format("{}", i + 1), number(found.eigenvalues[i]),
                       seen ? number(found.lower[i]) : "", seen ? number(found.upper[i]) : "",
                       share(found.eigenvalues[i]), share(so_far)});
    }
    table.add_rule();
    table.add_row({"noise floor", number(found.noise_floor)});
    return table.text();
}

/// "y1 = 0.83 x3 - 0.42 x1 + ...", largest first; in normalized coordinates.
std::string direction_text(const ActiveSubspace& found, Eigen::Index direction) {
    const VectorD component = found.basis.col(direction);
    std::vector<Eigen::Index> order(static_cast<std::size_t>(component.size()));
    std::iota(order.begin(), order.end(), Eigen::Index{0});
    std::ranges::stable_sort(order,
                             [&](auto a, auto b) { return std::abs(component[a]) > std::abs(component[b]); });
    std::string text = fmt::format("y{} =", direction + 1);
    for (std::size_t i = 0; i < order.size(); ++i) {
        const double value = component[order[i]];
        if (i == kMostVariables || (i > 0 && std::abs(value) < kSmallComponent)) return text + " + ...";
        const char* sign = value < 0 ? " -" : i > 0 ? " +" : "";
        text += fmt::format("{} {:.2f} x{}", sign, std::abs(value), order[i] + 1);
    }
    return text;
}

}  // namespace

void print_probe(const report::ProbeStudy& study, const std::vector<std::filesystem::path>& files,
                 Context& context) {
    const ActiveSubspace& found = study.found;
    context.print(probe::sentence(found));
    const std::string reason = probe::reason_sentence(found);
    context.print(reason.empty() ? "" : reason + "\n");
    context.print(eigenvalue_table(study));
    const Eigen::Index shown = std::min({found.dimension, found.basis.cols(), kMostDirections});
    for (Eigen::Index k = 0; k < shown; ++k) context.print(direction_text(found, k));
    if (shown > 0) {
        context.print(fmt::format("where every x runs from -1 to 1 over the box{}\n",
                                  shown < found.dimension ? "; all directions are in probe.json" : ""));
    }
    const std::string intervals = probe::interval_sentence(found);
    if (!intervals.empty()) context.print(intervals);
    context.print(fmt::format("{} calls; the mean is over {} gradients", with_commas(found.calls.values),
                              with_commas(found.samples)));
    for (const std::filesystem::path& file : files) {
        if (file.extension() != ".svg" && file.extension() != ".png") context.print(file.string());
    }
}

}  // namespace eckart::cli
