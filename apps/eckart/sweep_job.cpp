#include "sweep_job.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

#include "distinct_files.hpp"
#include "eckart/core/error.hpp"
#include "exit_codes.hpp"
#include "sweep_table.hpp"

namespace eckart::cli {

namespace {

constexpr std::size_t kLargestRunFile = 64'000'000;
constexpr int kLeadingVectors = 16;

/// Everything of sweep.json but the points; also what must agree for a sweep to be resumed.
Json heading(const SweepJob& job, const model::Network<float>& network, const data::DatasetPair& data,
             const evaluate::Evaluation& dense, const Context& context) {
    const model::ModelSize size = network.size();
    return {{"model", model::describe(network)},
            {"data", {{"name", data.name}, {"test_count", data.test.count()}}},
            {"allow_larger", job.options.allow_larger},
            {"timing",
             {{"threads", context.threads()},
              {"warmup", job.options.latency.warmup},
              {"seconds", job.options.latency.seconds},
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

/// The sweep.json to go on with; null where there is none. Throws FormatError when it is something else.
Json earlier_sweep(const SweepJob& job) {
    if (!job.resume || !job.run_directory.present()) return {};
    const std::filesystem::path path = job.run_directory.file("sweep.json");
    if (!std::filesystem::exists(path)) return {};
    const std::string complaint = "is not a sweep";
    const std::string remedy = "remove it or drop --resume";
    Json saved = read_earlier_run(path, kLargestRunFile, complaint, remedy);
    if (!saved.is_object() || !saved.contains("points") || !saved["points"].is_array()) {
        throw FormatError(fmt::format("'{}' {}; {}", path.string(), complaint, remedy));
    }
    return saved;
}

/// Whether an interrupted sweep has left the run's files, so that they may be replaced.
bool unfinished(const Json& saved) {
    return saved.is_object() && saved.value("complete", Json()) != true;
}

/// The points at the ranks asked for that a sweep of the same network, data and options has left. The dense
/// network's loss is compared to the last bit, so that it stands for the weights.
std::vector<sweep::SweepPoint> earlier_points(const SweepJob& job, const Json& head, const Json& saved) {
    if (saved.is_null()) return {};
    const std::filesystem::path path = job.run_directory.file("sweep.json");
    for (const auto& [key, value] : head.items()) {
        if (!saved.contains(key) || saved[key] != value) {
            throw InvalidArgument(fmt::format(
                "'{}' is of another sweep ('{}' differs); give the same options or start over with --force",
                path.string(), key));
        }
    }
    std::vector<sweep::SweepPoint> points;
    for (const Json& point : saved["points"]) {
        sweep::SweepPoint earlier = sweep::point_from_json(point);
        const bool asked = std::ranges::find(job.options.ranks, earlier.rank) != job.options.ranks.end();
        if (asked) points.push_back(std::move(earlier));
    }
    return points;
}

Json points_json(const std::vector<sweep::SweepPoint>& points) {
    Json list = Json::array();
    for (const sweep::SweepPoint& point : points) list.push_back(sweep::to_json(point));
    return list;
}

/// sweep.json with the points so far.
Json sweep_json(const Json& head, const std::vector<sweep::SweepPoint>& points, bool complete) {
    Json json = head;
    json["points"] = points_json(points);
    json["complete"] = complete;
    return json;
}

void write_spectra(const SweepJob& job, const std::vector<compress::LayerDecomposition>& decomposition,
                   const model::Network<float>& network, const data::ImageShape& shape,
                   const RunRecord& record, Overwrite overwrite) {
    const std::array<int, 3> image{shape.channels, shape.height, shape.width};
    job.run_directory.write("spectra.json", "eckart.spectra/1", record,
                            compress::spectra_json(decomposition, network, image, kLeadingVectors),
                            overwrite);
}

void write_tables(const SweepJob& job, const std::vector<sweep::SweepPoint>& points, Overwrite overwrite,
                  const Context& context) {
    const std::string csv = sweep::to_csv(points);
    if (job.run_directory.present()) write_file(job.run_directory.file("sweep.csv"), csv, overwrite);
    if (!job.csv.empty()) write_file(job.csv, csv, context.options().overwrite());
}

int stop_early(const SweepJob& job, Context& context) {
    context.progress().on_line(job.run_directory.present()
                                   ? "interrupted; add --resume to the same command to go on"
                                   : "interrupted; with --run DIR a sweep can be resumed");
    return interrupt_exit_code();
}

}  // namespace

int run_sweep_job(const SweepJob& job, const model::Network<float>& network, const data::DatasetPair& data,
                  Context& context) {
    job.options.validate();
    const Json saved = earlier_sweep(job);
    const bool own = job.owns_outputs || unfinished(saved);
    const Overwrite overwrite = own ? Overwrite::kReplace : context.options().overwrite();
    const std::vector<std::string> run_files{"sweep.json", "sweep.csv", "spectra.json"};
    std::vector<NamedPath> outputs = job.run_directory.named(run_files);
    outputs.push_back({"the table", job.csv});
    require_distinct({{"the input", job.input}}, outputs);
    job.run_directory.prepare(run_files, overwrite);
    // Written last, so that one that exists is not the interrupted sweep's.
    if (!job.csv.empty()) require_writable(job.csv, context.options().overwrite());

    const RunRecord record = context.record(data.checksum);
    const evaluate::Evaluation dense = evaluate::evaluate<float>(network, context.backend(), data.test);
    evaluate::require_finite(dense);
    const Json head = heading(job, network, data, dense, context);
    std::vector<sweep::SweepPoint> points = earlier_points(job, head, saved);
    const auto decomposition = compress::decompose(network, context.progress(), stop_requested());
    if (interrupt_exit_code() != 0) return stop_early(job, context);
    const auto write_points = [&](bool complete) {
        job.run_directory.write("sweep.json", "eckart.sweep/1", record, sweep_json(head, points, complete),
                                Overwrite::kReplace);
    };
    write_spectra(job, decomposition, network, data.test.shape, record, overwrite);
    // Before the first point is there: it tells --resume that the run's files are this sweep's.
    write_points(false);
    const std::vector<sweep::SweepPoint> done = points;
    sweep::run_sweep(network, decomposition, data.test, job.options, done, context.backend(),
                     context.progress(), stop_requested(), [&](const sweep::SweepPoint& point) {
                         points.push_back(point);
                         std::ranges::sort(points, {}, &sweep::SweepPoint::rank);
                         write_points(false);
                     });
    if (interrupt_exit_code() != 0) return stop_early(job, context);
    write_tables(job, points, overwrite, context);
    write_points(true);
    context.print(
        fmt::format("Latency of one batch, median; {} threads; speed-up against dense for each batch size",
                    context.threads()));
    context.print(sweep_table(points, network.size(), dense, job.options.batches));
    context.print_json(with_record("eckart.sweep/1", record, sweep_json(head, points, true)));
    return kDone;
}

}  // namespace eckart::cli
