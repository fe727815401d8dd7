#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace eckart::report {

// The content of a run directory (docs/formats/run-directory.md), checked. Fractions are 0..1, times seconds.

using Pairs = std::vector<std::pair<std::string, std::string>>;

struct NetworkSize {
    std::int64_t parameters = 0;
    std::int64_t bytes = 0;
    std::int64_t macs = 0;  ///< multiply-adds per sample
};

struct DataSet {
    std::string name;
    std::string location;
    std::string checksum;
    std::vector<std::string> classes;
    std::vector<std::int64_t> image_shape;
    std::int64_t train_count = 0;
    std::int64_t test_count = 0;
    std::vector<std::int64_t> train_per_class;
    std::vector<std::int64_t> test_per_class;
    std::vector<std::string> warnings;
};

/// One epoch; a loss that is not a number (a diverged run) is NaN.
struct Epoch {
    std::int64_t number = 0;
    double train_loss = 0;
    double test_loss = 0;
    double test_accuracy = 0;
    double seconds = 0;
};

struct Training {
    std::string architecture;
    std::int64_t hidden = 0;
    std::int64_t blocks = 0;
    NetworkSize size;
    Pairs options;
    std::string outcome;
    std::int64_t test_count = 0;  ///< 0: not known
    std::vector<Epoch> epochs;
};

struct LayerSpectrum {
    std::string name;
    std::int64_t out = 0;
    std::int64_t in = 0;
    double break_even_rank = 0;
    std::vector<double> singular_values;  ///< descending
};

struct SingularVectors {
    std::string layer;
    std::int64_t channels = 0;
    std::int64_t height = 0;
    std::int64_t width = 0;
    std::vector<std::vector<double>> vectors;  ///< each channels x height x width, channel-major
};

struct Spectra {
    std::vector<LayerSpectrum> layers;
    std::optional<SingularVectors> vectors;
};

/// Time of one batch: median, 10th and 90th percentile.
struct Duration {
    double median = 0;
    double low = 0;
    double high = 0;
};

struct Latency {
    std::int64_t batch = 0;
    Duration factored;
    Duration dense;
    [[nodiscard]] double speedup() const { return dense.median / factored.median; }
};

struct SweepPoint {
    std::int64_t rank = 0;
    NetworkSize size;
    double test_accuracy = 0;
    std::vector<Latency> latency;
};

struct Sweep {
    NetworkSize dense;
    double dense_accuracy = 0;
    std::int64_t test_count = 0;
    std::int64_t threads = 0;
    std::string method;  ///< how times were measured, one sentence
    bool complete = true;
    std::vector<SweepPoint> points;  ///< by ascending rank
};

struct LayerResult {
    std::string name;
    std::int64_t out = 0;
    std::int64_t in = 0;
    std::int64_t rank = 0;
    bool factored = false;
    std::string why;  ///< it stayed as it was
    double retained_energy = 0;
    double predicted_error = 0;
    double measured_error = 0;
    std::int64_t parameters_before = 0;
    std::int64_t parameters_after = 0;
};

struct Compression {
    std::int64_t rank = 0;
    std::vector<LayerResult> layers;
    std::int64_t parameters_before = 0;
    std::int64_t parameters_after = 0;
};

struct FineTuning {
    std::string file;  ///< it was read from
    std::int64_t rank = 0;
    std::int64_t parameters = 0;
    std::optional<double> dense_accuracy;
    std::optional<std::int64_t> dense_parameters;
    double compressed_accuracy = 0;
    std::vector<Epoch> epochs;
    std::vector<std::pair<std::string, double>> moved;  ///< tensor, relative change; NaN: from zero
    Pairs options;
};

struct RecordOfFile {
    std::string file;
    Pairs fields;
};

struct RunData {
    std::filesystem::path directory;
    std::optional<DataSet> data;
    std::string image_grid;  ///< bytes of data.png, empty where absent
    std::optional<Training> training;
    std::optional<Spectra> spectra;
    std::optional<Sweep> sweep;
    std::optional<Compression> compression;
    std::vector<FineTuning> fine_tunings;  ///< by ascending rank
    std::vector<RecordOfFile> records;

    /// Of the uncompressed network on the test set, where a file knows it.
    [[nodiscard]] std::optional<double> dense_accuracy() const;
    [[nodiscard]] std::optional<std::int64_t> dense_parameters() const;
};

/// Reads every file of the run directory that is there. Throws IoError when the directory cannot be read,
/// FormatError naming file and field when a file is malformed, or when there is no file at all.
RunData load_run(const std::filesystem::path& directory);

}  // namespace eckart::report
