#include "sweep_table.hpp"

#include <fmt/core.h>

#include <utility>

#include "table.hpp"

namespace eckart::cli {

namespace {

std::vector<std::string> row_start(const std::string& name, const evaluate::Evaluation& test,
                                   const model::ModelSize& size, const model::ModelSize& dense) {
    const double share = static_cast<double>(size.parameters) / static_cast<double>(dense.parameters);
    return {name,
            fmt::format("{:.2f} %", 100 * test.accuracy()),
            fmt::format("{:.3f}", test.mean_loss),
            with_commas(size.parameters),
            fmt::format("{:.1f} %", 100 * share),
            format_bytes(size.bytes),
            fmt::format("{:.2f}", static_cast<double>(size.macs) / 1e6)};
}

}  // namespace

std::string sweep_table(const std::vector<sweep::SweepPoint>& points, const model::ModelSize& dense_size,
                        const evaluate::Evaluation& dense, const std::vector<std::int64_t>& batches) {
    std::vector<std::string> header{"rank", "accuracy", "loss", "parameters", "of dense", "size", "MMACs"};
    for (const std::int64_t batch : batches) header.push_back(fmt::format("batch {}", batch));
    header.emplace_back("speed-up");
    Table table(header);
    std::vector<std::vector<double>> dense_seconds(batches.size());
    for (const sweep::SweepPoint& point : points) {
        std::vector<std::string> row =
            row_start(std::to_string(point.rank), point.test, point.size, dense_size);
        std::string speedups;
        for (std::size_t i = 0; i < point.latency.size(); ++i) {
            const sweep::PointLatency& latency = point.latency[i];
            const double factored = latency.factored.seconds.median;
            row.push_back(format_seconds(factored));
            speedups += fmt::format("{}{:.1f}x", speedups.empty() ? "" : " ",
                                    latency.dense.seconds.median / factored);
            dense_seconds.at(i).push_back(latency.dense.seconds.median);
        }
        row.push_back(speedups);
        table.add_row(row);
    }
    table.add_rule();
    std::vector<std::string> last = row_start("dense", dense, dense_size, dense_size);
    for (std::vector<double>& seconds : dense_seconds) {
        last.push_back(seconds.empty() ? "" : format_seconds(evaluate::spread_of(std::move(seconds)).median));
    }
    table.add_row(last);
    return table.text();
}

}  // namespace eckart::cli
