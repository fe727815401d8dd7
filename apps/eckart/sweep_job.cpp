#include "sweep_job.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "eckart/core/error.hpp"
#include "table.hpp"

namespace eckart::cli {

namespace {

constexpr std::size_t kLargestRunFile = 64'000'000;
constexpr int kLeadingVectors = 16;

/// Everything of sweep.json but the points; also what must agree for a sweep to be resumed.
Json heading(const SweepJob& job, const model::ResidualMlp<float>& network, const data::DatasetPair& data,
             const evaluate::Evaluation& dense, const Context& context) {
    const model::ModelSize size = network.size();
    return {{"model", model::describe(network)},
            {"data", {{"name", data.name}, {"test_count", data.test.count()}}},
            {"allow_larger", job.options.allow_larger},
            {"timing",
             {{"threads", context.threads()},
              {"warmup", job.options.latency.warmup},
              {"batches", job.options.batches},
              {"method",
               "Wall-clock time of one forward pass after warm-up; the factored and the dense network take "
               "turns, "
               "median and 10th to 90th percentile over the repetitions."}}},
            {"dense",
             {{"parameters", size.parameters},
              {"bytes", size.bytes},
              {"macs", size.macs},
              {"test_accuracy", dense.accuracy()},
              {"test_loss", dense.mean_loss},
              {"test_correct", dense.correct}}}};
}

/// The points that an unfinished sweep of the same network, data and options has left. The dense network's
/// loss is compared to the last bit, so that it stands for the weights.
std::vector<sweep::SweepPoint> earlier_points(const SweepJob& job, const Json& head) {
    if (!job.resume || !job.run_directory.present()) return {};
    const std::filesystem::path path = job.run_directory.file("sweep.json");
    if (!std::filesystem::exists(path)) return {};
    Json saved = Json::parse(read_file(path, kLargestRunFile), nullptr, false);
    if (!saved.is_object() || !saved.contains("points") || !saved["points"].is_array()) {
        throw FormatError(fmt::format("'{}' is not a sweep; remove it or drop --resume", path.string()));
    }
    for (const auto& [key, value] : head.items()) {
        if (!saved.contains(key) || saved[key] != value) {
            throw InvalidArgument(fmt::format(
                "'{}' is of another sweep ('{}' differs); give the same options or start over with --force",
                path.string(), key));
        }
    }
    std::vector<sweep::SweepPoint> points;
    for (const Json& point : saved["points"]) points.push_back(sweep::point_from_json(point));
    return points;
}

Json points_json(const std::vector<sweep::SweepPoint>& points) {
    Json list = Json::array();
    for (const sweep::SweepPoint& point : points) list.push_back(sweep::to_json(point));
    return list;
}

std::string table_of(const std::vector<sweep::SweepPoint>& points, const Json& head) {
    std::vector<std::string> header{"rank", "accuracy", "loss", "parameters", "of dense", "size", "MMACs"};
    const auto batches = head["timing"]["batches"].get<std::vector<std::int64_t>>();
    for (const std::int64_t batch : batches) header.push_back(fmt::format("batch {}", batch));
    header.emplace_back("speed-up");
    Table table(header);
    const auto dense_parameters = head["dense"]["parameters"].get<double>();
    std::vector<std::string> last{"dense",
                                  fmt::format("{:.2f} %", 100 * head["dense"]["test_accuracy"].get<double>()),
                                  fmt::format("{:.3f}", head["dense"]["test_loss"].get<double>()),
                                  with_commas(head["dense"]["parameters"].get<std::int64_t>()),
                                  "100.0 %",
                                  format_bytes(head["dense"]["bytes"].get<std::int64_t>()),
                                  fmt::format("{:.2f}", head["dense"]["macs"].get<double>() / 1e6)};
    for (const sweep::SweepPoint& point : points) {
        std::vector<std::string> row{
            std::to_string(point.rank),
            fmt::format("{:.2f} %", 100 * point.test.accuracy()),
            fmt::format("{:.3f}", point.test.mean_loss),
            with_commas(point.size.parameters),
            fmt::format("{:.1f} %", 100 * static_cast<double>(point.size.parameters) / dense_parameters),
            format_bytes(point.size.bytes),
            fmt::format("{:.2f}", static_cast<double>(point.size.macs) / 1e6)};
        std::string speedups;
        for (const sweep::PointLatency& latency : point.latency) {
            row.push_back(format_seconds(latency.factored.seconds.median));
            speedups += fmt::format("{}{:.1f}x", speedups.empty() ? "" : " ",
                                    latency.dense.seconds.median / latency.factored.seconds.median);
        }
        row.push_back(speedups);
        table.add_row(row);
    }
    if (!points.empty()) {
        for (const sweep::PointLatency& latency : points.back().latency) {
            last.push_back(format_seconds(latency.dense.seconds.median));
        }
    }
    table.add_rule();
    table.add_row(last);
    return table.text();
}

}  // namespace

int run_sweep_job(const SweepJob& job, const model::ResidualMlp<float>& network,
                  const data::DatasetPair& data, Context& context) {
    job.options.validate();
    const Overwrite overwrite = job.resume ? Overwrite::kReplace : context.options().overwrite();
    job.run_directory.prepare({"sweep.json", "sweep.csv", "spectra.json"}, overwrite);
    if (!job.csv.empty()) require_writable(job.csv, overwrite);

    const RunRecord record = context.record(data.checksum);
    const evaluate::Evaluation dense = evaluate::evaluate<float>(network, context.backend(), data.test);
    const Json head = heading(job, network, data, dense, context);
    const std::vector<sweep::SweepPoint> done = earlier_points(job, head);
    std::vector<sweep::SweepPoint> points;
    const auto content = [&](bool complete) {
        Json json = head;
        json["points"] = points_json(points);
        json["complete"] = complete;
        return json;
    };
    const auto decomposition = compress::decompose(network, context.progress(), stop_requested());
    if (interrupt_exit_code() != 0) return interrupt_exit_code();
    const data::ImageShape& shape = data.test.shape;
    job.run_directory.write(
        "spectra.json", "eckart.spectra/1", record,
        compress::spectra_json(decomposition, network,
                               std::array<int, 3>{shape.channels, shape.height, shape.width},
                               kLeadingVectors),
        overwrite);
    points = done;
    sweep::run_sweep(network, decomposition, data.test, job.options, done, context.backend(),
                     context.progress(), stop_requested(), [&](const sweep::SweepPoint& point) {
                         points.push_back(point);
                         std::ranges::sort(points, {}, &sweep::SweepPoint::rank);
                         job.run_directory.write("sweep.json", "eckart.sweep/1", record, content(false),
                                                 Overwrite::kReplace);
                     });
    if (interrupt_exit_code() != 0) {
        context.progress().on_line(job.run_directory.present()
                                       ? "interrupted; add --resume to the same command to go on"
                                       : "interrupted; with --run DIR a sweep can be resumed");
        return interrupt_exit_code();
    }
    job.run_directory.write("sweep.json", "eckart.sweep/1", record, content(true), Overwrite::kReplace);
    if (job.run_directory.present())
        write_file(job.run_directory.file("sweep.csv"), sweep::to_csv(points), overwrite);
    if (!job.csv.empty()) write_file(job.csv, sweep::to_csv(points), overwrite);
    context.print(
        fmt::format("Latency of one batch, median; {} threads; speed-up against dense for each batch size",
                    context.threads()));
    context.print(table_of(points, head));
    context.print_json(with_record("eckart.sweep/1", record, content(true)));
    return kDone;
}

}  // namespace eckart::cli
