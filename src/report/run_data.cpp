#include "report/run_data.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <functional>
#include <limits>

#include "eckart/core/atomic_file.hpp"
#include "eckart/core/error.hpp"
#include "report/checked_json.hpp"

namespace eckart::report {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kLargestImage = 64U << 20U;
constexpr std::int64_t kMostImageInputs = 1 << 20;

template <class T>
T value_or(const std::optional<CheckedJson>& value, T (CheckedJson::*get)() const, T fallback) {
    return value ? ((*value).*get)() : fallback;
}

std::string text_or_empty(const CheckedJson& object, const std::string& key) {
    return value_or(object.find(key), &CheckedJson::text, std::string());
}

std::vector<std::int64_t> counts(const CheckedJson& array) {
    std::vector<std::int64_t> result;
    for (const CheckedJson& item : array.items()) result.push_back(item.count());
    return result;
}

std::vector<std::string> texts(const std::optional<CheckedJson>& array) {
    std::vector<std::string> result;
    if (!array) return result;
    for (const CheckedJson& item : array->items()) result.push_back(item.text());
    return result;
}

Pairs printed_members(const std::optional<CheckedJson>& object) {
    Pairs result;
    if (!object) return result;
    for (const auto& [key, value] : object->members()) result.emplace_back(key, value.printed());
    return result;
}

NetworkSize read_size(const CheckedJson& object) {
    return {object.at("parameters").count(), object.at("bytes").count(), object.at("macs").count()};
}

DataSet read_data(const CheckedJson& root) {
    DataSet data;
    data.name = root.at("name").text();
    data.location = text_or_empty(root, "location");
    data.checksum = text_or_empty(root, "checksum");
    data.classes = texts(root.at("classes"));
    data.image_shape = counts(root.at("image_shape"));
    data.train_count = root.at("train").at("count").count();
    data.test_count = root.at("test").at("count").count();
    data.train_per_class = counts(root.at("train").at("per_class"));
    data.test_per_class = counts(root.at("test").at("per_class"));
    data.warnings = texts(root.find("warnings"));
    return data;
}

std::vector<Epoch> read_epochs(const CheckedJson& array) {
    std::vector<Epoch> epochs;
    for (const CheckedJson& item : array.items()) {
        epochs.push_back({item.at("epoch").count(), item.at("train_loss").number_or_nan(),
                          item.at("test_loss").number_or_nan(), item.at("test_accuracy").fraction(),
                          item.at("seconds").non_negative()});
    }
    return epochs;
}

Training read_training(const CheckedJson& root) {
    Training training;
    const CheckedJson model = root.at("model");
    training.architecture = text_or_empty(model, "architecture");
    training.hidden = value_or(model.find("hidden"), &CheckedJson::count, std::int64_t{0});
    training.blocks = value_or(model.find("blocks"), &CheckedJson::count, std::int64_t{0});
    training.size = read_size(model);
    training.options = printed_members(root.find("options"));
    training.outcome = root.at("outcome").text();
    training.epochs = read_epochs(root.at("epochs"));
    if (const auto data = root.find("data"))
        training.test_count = value_or(data->find("test_count"), &CheckedJson::count, std::int64_t{0});
    return training;
}

SingularVectors read_vectors(const CheckedJson& object) {
    SingularVectors result;
    result.layer = object.at("layer").text();
    const std::vector<std::int64_t> shape = counts(object.at("image_shape"));
    const bool valid = shape.size() == 3 && (shape[0] == 1 || shape[0] == 3) &&
                       std::all_of(shape.begin(), shape.end(),
                                   [](std::int64_t n) { return n >= 1 && n <= kMostImageInputs; }) &&
                       shape[1] * shape[2] <= kMostImageInputs;
    if (!valid) {
        throw FormatError(
            "spectra.json: 'right_singular_vectors.image_shape' must be three numbers, channels (1 or 3), "
            "height and "
            "width; write the file again with 'eckart sweep'");
    }
    result.channels = shape[0];
    result.height = shape[1];
    result.width = shape[2];
    const auto inputs = static_cast<std::size_t>(shape[0] * shape[1] * shape[2]);
    for (const CheckedJson& item : object.at("vectors").items()) {
        result.vectors.push_back(item.numbers());
        if (result.vectors.back().size() == inputs) continue;
        throw FormatError(
            fmt::format("spectra.json: 'right_singular_vectors.vectors[{}]' must have {} numbers, found {}; "
                        "write the file again "
                        "with 'eckart sweep'",
                        result.vectors.size() - 1, inputs, result.vectors.back().size()));
    }
    return result;
}

Spectra read_spectra(const CheckedJson& root) {
    Spectra spectra;
    for (const CheckedJson& item : root.at("layers").items()) {
        LayerSpectrum layer{item.at("name").text(), item.at("out").count(), item.at("in").count(),
                            item.at("break_even_rank").non_negative(), item.at("singular_values").numbers()};
        const std::vector<double>& values = layer.singular_values;
        if (!std::is_sorted(values.rbegin(), values.rend()) || (!values.empty() && values.back() < 0)) {
            throw FormatError(
                fmt::format("spectra.json: the singular values of '{}' must be descending and at least 0; "
                            "write the file again "
                            "with 'eckart sweep'",
                            layer.name));
        }
        spectra.layers.push_back(std::move(layer));
    }
    if (const auto vectors = root.find("right_singular_vectors")) spectra.vectors = read_vectors(*vectors);
    return spectra;
}

Duration read_duration(const CheckedJson& object) {
    Duration duration{object.at("median").non_negative(), object.at("low").non_negative(),
                      object.at("high").non_negative()};
    // A clock tick is the shortest time there is; below it, ratios would be infinite.
    duration.median = std::max(duration.median, 1e-9);
    return duration;
}

Sweep read_sweep(const CheckedJson& root) {
    Sweep sweep;
    const CheckedJson dense = root.at("dense");
    sweep.dense = read_size(dense);
    sweep.dense_accuracy = dense.at("test_accuracy").fraction();
    sweep.test_count = root.at("data").at("test_count").count();
    if (const auto timing = root.find("timing")) {
        sweep.threads = value_or(timing->find("threads"), &CheckedJson::count, std::int64_t{0});
        sweep.method = text_or_empty(*timing, "method");
    }
    sweep.complete = value_or(root.find("complete"), &CheckedJson::flag, true);
    for (const CheckedJson& item : root.at("points").items()) {
        SweepPoint point{item.at("rank").count(), read_size(item), item.at("test_accuracy").fraction(), {}};
        if (const auto latency = item.find("latency")) {
            for (const CheckedJson& entry : latency->items()) {
                point.latency.push_back({entry.at("batch").count(), read_duration(entry.at("seconds")),
                                         read_duration(entry.at("dense_seconds"))});
            }
        }
        sweep.points.push_back(std::move(point));
    }
    std::sort(sweep.points.begin(), sweep.points.end(),
              [](const SweepPoint& a, const SweepPoint& b) { return a.rank < b.rank; });
    return sweep;
}

Compression read_compression(const CheckedJson& root) {
    Compression result;
    result.rank = value_or(root.find("rank"), &CheckedJson::count, std::int64_t{0});
    for (const CheckedJson& item : root.at("layers").items()) {
        result.layers.push_back({item.at("name").text(), item.at("out").count(), item.at("in").count(),
                                 item.at("rank").count(), item.at("factored").flag(),
                                 text_or_empty(item, "why"), item.at("retained_energy").number(),
                                 item.at("predicted_error").number(), item.at("measured_error").number(),
                                 item.at("parameters_before").count(), item.at("parameters_after").count()});
    }
    result.parameters_before = root.at("totals").at("parameters_before").count();
    result.parameters_after = root.at("totals").at("parameters_after").count();
    return result;
}

FineTuning read_fine_tuning(const CheckedJson& root, const std::string& file) {
    FineTuning result;
    result.file = file;
    result.rank = root.at("rank").count();
    result.parameters = root.at("parameters").count();
    if (const auto dense = root.find("dense")) {
        result.dense_accuracy = dense->at("test_accuracy").fraction();
        if (const auto parameters = dense->find("parameters")) result.dense_parameters = parameters->count();
    }
    result.compressed_accuracy = root.at("compressed").at("test_accuracy").fraction();
    result.epochs = read_epochs(root.at("epochs"));
    result.options = printed_members(root.find("options"));
    if (const auto moved = root.find("moved")) {
        for (const CheckedJson& item : moved->items()) {
            result.moved.emplace_back(item.at("tensor").text(), item.at("relative_change").number_or_nan());
        }
    }
    return result;
}

RecordOfFile read_record(const CheckedJson& root, const std::string& file) {
    RecordOfFile record{file, {}};
    const auto object = root.find("run_record");
    if (!object) return record;
    for (const auto& [key, value] : object->members()) {
        if (key == "libraries") {
            for (const auto& [library, version] : value.members())
                record.fields.emplace_back(library, version.printed());
        } else if (key == "instructions") {
            for (const auto& [name, used] : value.members())
                record.fields.emplace_back("instructions of " + name, used.printed());
        } else {
            record.fields.emplace_back(key, value.printed());
        }
    }
    return record;
}

/// Reads one file, if it is there, and hands its checked content to `take`.
void read_if_present(RunData& run, const std::string& file, const std::string& schema,
                     const std::function<void(const CheckedJson&)>& take) {
    const fs::path path = run.directory / file;
    std::error_code error;
    if (!fs::exists(path, error)) {
        if (!error) return;
        throw IoError(
            fmt::format("cannot look for '{}': {}; check its permissions", path.string(), error.message()));
    }
    const Json document = read_document(path, schema);
    const CheckedJson root(document, file);
    take(root);
    run.records.push_back(read_record(root, file));
}

std::vector<std::string> fine_tuning_files(const fs::path& directory) {
    std::vector<std::string> files;
    std::error_code error;
    for (fs::directory_iterator entry(directory, error), end; !error && entry != end;
         entry.increment(error)) {
        const std::string name = entry->path().filename().string();
        if (name.starts_with("finetune-r") && name.ends_with(".json")) files.push_back(name);
    }
    if (error) {
        throw IoError(
            fmt::format("cannot list the run directory '{}': {}; name the folder that was given to --run",
                        directory.string(), error.message()));
    }
    std::sort(files.begin(), files.end());
    return files;
}

}  // namespace

std::optional<double> RunData::dense_accuracy() const {
    if (sweep) return sweep->dense_accuracy;
    if (training && !training->epochs.empty()) return training->epochs.back().test_accuracy;
    for (const FineTuning& tuning : fine_tunings) {
        if (tuning.dense_accuracy) return tuning.dense_accuracy;
    }
    return std::nullopt;
}

std::optional<std::int64_t> RunData::dense_parameters() const {
    if (sweep) return sweep->dense.parameters;
    if (training) return training->size.parameters;
    if (compression) return compression->parameters_before;
    return std::nullopt;
}

RunData load_run(const fs::path& directory) {
    RunData run;
    run.directory = directory;
    const std::vector<std::string> tunings = fine_tuning_files(directory);
    read_if_present(run, "data.json", "eckart.data/1",
                    [&](const CheckedJson& root) { run.data = read_data(root); });
    read_if_present(run, "training.json", "eckart.training/1",
                    [&](const CheckedJson& root) { run.training = read_training(root); });
    read_if_present(run, "spectra.json", "eckart.spectra/1",
                    [&](const CheckedJson& root) { run.spectra = read_spectra(root); });
    read_if_present(run, "sweep.json", "eckart.sweep/1",
                    [&](const CheckedJson& root) { run.sweep = read_sweep(root); });
    read_if_present(run, "compression.json", "eckart.compression/1",
                    [&](const CheckedJson& root) { run.compression = read_compression(root); });
    for (const std::string& file : tunings) {
        read_if_present(run, file, "eckart.finetune/1", [&](const CheckedJson& root) {
            run.fine_tunings.push_back(read_fine_tuning(root, file));
        });
    }
    std::stable_sort(run.fine_tunings.begin(), run.fine_tunings.end(),
                     [](const FineTuning& a, const FineTuning& b) { return a.rank < b.rank; });
    if (run.records.empty()) {
        throw FormatError(
            fmt::format("'{}' holds none of the files that a run leaves (training.json, sweep.json, ...); "
                        "give a folder that was "
                        "used with --run, or try 'eckart demo'",
                        directory.string()));
    }
    const fs::path image = directory / "data.png";
    std::error_code ignored;
    if (fs::exists(image, ignored)) run.image_grid = read_file(image, kLargestImage);
    return run;
}

}  // namespace eckart::report
