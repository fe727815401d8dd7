#include "sample_run.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>

#include "eckart/core/atomic_file.hpp"

namespace eckart::report::test {
namespace {

struct Shape {
    const char* name;
    std::int64_t out;
    std::int64_t in;
};

constexpr std::array<Shape, 6> kLayers{{{"fc1", 1000, 3072},
                                        {"res1.layer1", 1000, 1000},
                                        {"res1.layer2", 1000, 1000},
                                        {"res2.layer1", 1000, 1000},
                                        {"res2.layer2", 1000, 1000},
                                        {"fc2", 10, 1000}}};
constexpr std::array<std::int64_t, 15> kRanks{1, 2, 5, 10, 20, 30, 50, 75, 100, 150, 200, 300, 400, 500, 750};
constexpr std::int64_t kBiases = 5010;
constexpr std::int64_t kDenseParameters = 7087010;
constexpr double kDenseAccuracy = 0.5385;

Json sample_record(const std::string& command) {
    return {{"command", command},
            {"seed", 0},
            {"threads", 2},
            {"version", "0.1.0"},
            {"commit", "0123456789ab"},
            {"build_type", "Release"},
            {"compiler", "g++ 12.2.0"},
            {"cpu", "A processor with two cores"},
            {"instruction_set", "AVX-512"},
            {"system", "Linux 6.1"},
            {"started_at", "2026-01-01T12:00:00Z"},
            {"data_checksum", "sha256:0000000000000000000000000000000000000000000000000000000000000000"},
            {"libraries", {{"OpenBLAS", "0.3.21"}, {"oneDNN", "2.6.3"}}}};
}

Json document(const char* schema, const std::string& command) {
    return {{"schema", schema}, {"run_record", sample_record(command)}};
}

Json sample_model() {
    return {{"architecture", "residual-mlp"},
            {"input", 3072},
            {"hidden", 1000},
            {"blocks", 2},
            {"classes", 10},
            {"parameters", kDenseParameters},
            {"bytes", 4 * kDenseParameters},
            {"macs", 7082000}};
}

Json sample_data() {
    Json data = document("eckart.data/1", "eckart train --data cifar-like -o net.safetensors --run demo");
    data["name"] = "Synthetic images";
    data["location"] = "cifar-like";
    data["checksum"] = data["run_record"]["data_checksum"];
    data["image_shape"] = {3, 32, 32};
    data["classes"] = {"disc",   "ring",  "square", "frame", "stripes",
                       "checks", "cross", "wedge",  "waves", "dots"};
    data["train"] = {{"count", 50000}, {"per_class", std::vector<int>(10, 5000)}};
    data["test"] = {{"count", 10000}, {"per_class", std::vector<int>(10, 1000)}};
    data["warnings"] = Json::array();
    return data;
}

Json sample_epoch(int epoch, double train_loss, double test_loss, double accuracy) {
    const auto correct = static_cast<std::int64_t>(std::lround(10000 * accuracy));
    return {{"epoch", epoch},
            {"learning_rate", 0.001},
            {"train_loss", train_loss},
            {"test_loss", test_loss},
            {"test_correct", correct},
            {"test_count", 10000},
            {"test_accuracy", static_cast<double>(correct) / 10000},
            {"seconds", 16.1},
            {"samples_per_second", 3105.6}};
}

Json sample_training() {
    Json training =
        document("eckart.training/1", "eckart train --data cifar-like -o net.safetensors --run demo");
    training["model"] = sample_model();
    training["data"] = {{"name", "Synthetic images"}, {"train_count", 50000}, {"test_count", 10000}};
    training["options"] = {
        {"epochs", 7}, {"batch", 100}, {"learning_rate", 0.001}, {"schedule", "constant"}, {"seed", 0}};
    training["outcome"] = "completed";
    training["epochs"] = Json::array();
    for (int epoch = 1; epoch <= 7; ++epoch) {
        const double t = epoch - 1;
        training["epochs"].push_back(
            sample_epoch(epoch, 1.62 * std::exp(-0.105 * t), 1.37 + 0.09 * std::exp(-1.2 * t) + 0.003 * t * t,
                         kDenseAccuracy - 0.059 * (std::exp(-0.62 * t) - std::exp(-0.62 * 6))));
    }
    return training;
}

/// A few strong directions on top of the bulk that random weights have.
std::vector<double> sample_spectrum(const Shape& shape, double strength) {
    const auto count = static_cast<double>(std::min(shape.out, shape.in));
    const double edge =
        (std::sqrt(static_cast<double>(shape.out)) + std::sqrt(static_cast<double>(shape.in))) /
        std::sqrt(3.0 * static_cast<double>(shape.in));
    std::vector<double> values;
    for (int i = 0; i < static_cast<int>(count); ++i) {
        const double bulk = edge * (1 - 0.97 * std::pow(i / count, 0.8));
        const double strong = strength * edge / std::pow(i + 1.0, 0.75) * std::exp(-i / (10 * strength));
        values.push_back(std::sqrt(bulk * bulk + strong * strong));
    }
    return values;
}

Json sample_vectors() {
    Json vectors = Json::array();
    for (int k = 0; k < 12; ++k) {
        std::vector<double> vector;
        for (int channel = 0; channel < 3; ++channel) {
            for (int y = 0; y < 32; ++y) {
                for (int x = 0; x < 32; ++x) {
                    const double phase =
                        std::numbers::pi / 32 * ((k / 3 + 1) * (k % 2 == 0 ? x : y) + 5 * channel * (k % 3));
                    vector.push_back(std::cos(phase) *
                                     std::exp(-((x - 16) * (x - 16) + (y - 16) * (y - 16)) / 500.0) / 30);
                }
            }
        }
        vectors.push_back(vector);
    }
    return {{"layer", "fc1"}, {"image_shape", {3, 32, 32}}, {"vectors", vectors}};
}

Json sample_spectra() {
    Json spectra = document("eckart.spectra/1", "eckart sweep net.safetensors --data cifar-like --run demo");
    spectra["layers"] = Json::array();
    double strength = 11;
    for (const Shape& shape : kLayers) {
        const auto m = static_cast<double>(shape.out);
        const auto n = static_cast<double>(shape.in);
        spectra["layers"].push_back({{"name", shape.name},
                                     {"out", shape.out},
                                     {"in", shape.in},
                                     {"break_even_rank", m * n / (m + n)},
                                     {"singular_values", sample_spectrum(shape, strength)}});
        strength -= 1.5;
    }
    spectra["right_singular_vectors"] = sample_vectors();
    return spectra;
}

std::int64_t factored_weights(std::int64_t rank) {
    std::int64_t sum = 0;
    for (const Shape& shape : kLayers) sum += std::min({rank, shape.out, shape.in}) * (shape.out + shape.in);
    return sum;
}

double accuracy_at(std::int64_t rank) {
    return kDenseAccuracy -
           (kDenseAccuracy - 0.1) * std::exp(-std::pow(static_cast<double>(rank) / 16.0, 0.9));
}

Json seconds_json(double median) {
    return {{"median", median}, {"low", 0.95 * median}, {"high", 1.08 * median}};
}

/// A fixed part, and a rate that is lower for the factors.
Json sample_latency(std::int64_t batch, std::int64_t weights) {
    const auto images = static_cast<double>(batch);
    const double rate = batch == 1 ? 5e9 : 100e9;
    const double fixed = 2e-5 + 1.2e-6 * images;
    const double dense = fixed + 7.082e6 * images / rate;
    const double factored = fixed + 3e-5 + 1.12 * static_cast<double>(weights) * images / rate;
    return {{"batch", batch},
            {"repetitions", 31},
            {"seconds", seconds_json(factored)},
            {"dense_seconds", seconds_json(dense)},
            {"speedup", dense / factored},
            {"test_set_seconds", factored * 10000 / images},
            {"dense_test_set_seconds", dense * 10000 / images}};
}

Json sample_sweep() {
    Json sweep = document("eckart.sweep/1", "eckart sweep net.safetensors --data cifar-like --run demo");
    sweep["model"] = sample_model();
    sweep["data"] = {{"name", "Synthetic images"}, {"test_count", 10000}};
    sweep["allow_larger"] = true;
    sweep["timing"] = {
        {"threads", 2},
        {"warmup", 3},
        {"batches", {1, 100, 1000}},
        {"method", "Dense and factored networks take turns, batch by batch, after three unmeasured ones."}};
    sweep["dense"] = {{"parameters", kDenseParameters},
                      {"bytes", 4 * kDenseParameters},
                      {"macs", 7082000},
                      {"test_accuracy", kDenseAccuracy},
                      {"test_loss", 1.474},
                      {"test_correct", 5385}};
    sweep["points"] = Json::array();
    for (const std::int64_t rank : kRanks) {
        const std::int64_t weights = factored_weights(rank);
        const auto correct = static_cast<std::int64_t>(std::lround(10000 * accuracy_at(rank)));
        Json point = {{"rank", rank},
                      {"parameters", weights + kBiases},
                      {"bytes", 4 * (weights + kBiases)},
                      {"macs", weights},
                      {"layers_factored", 6},
                      {"test_accuracy", static_cast<double>(correct) / 10000},
                      {"test_loss", 2.4 - static_cast<double>(correct) / 10000},
                      {"test_correct", correct},
                      {"latency", Json::array()}};
        for (const std::int64_t batch : {1, 100, 1000})
            point["latency"].push_back(sample_latency(batch, weights));
        sweep["points"].push_back(point);
    }
    sweep["complete"] = true;
    return sweep;
}

Json sample_compression(std::int64_t rank) {
    Json result = document("eckart.compression/1",
                           "eckart compress net.safetensors --rank 50 -o small.safetensors --run demo");
    result["rank"] = rank;
    result["layers"] = Json::array();
    std::int64_t after = 0;
    for (const Shape& shape : kLayers) {
        const bool factored = rank * (shape.out + shape.in) < shape.out * shape.in;
        const std::int64_t dense = shape.out * shape.in + shape.out;
        const std::int64_t kept = factored ? rank * (shape.out + shape.in) + shape.out : dense;
        const double energy = factored ? 0.62 : 1;
        after += kept;
        result["layers"].push_back({{"name", shape.name},
                                    {"out", shape.out},
                                    {"in", shape.in},
                                    {"rank", factored ? rank : std::min(shape.out, shape.in)},
                                    {"factored", factored},
                                    {"why", factored ? "" : "rank 50 would be larger"},
                                    {"retained_energy", energy},
                                    {"predicted_error", std::sqrt(1 - energy)},
                                    {"measured_error", std::sqrt(1 - energy)},
                                    {"parameters_before", dense},
                                    {"parameters_after", kept}});
    }
    result["totals"] = {{"parameters_before", kDenseParameters},
                        {"parameters_after", after},
                        {"bytes_before", 4 * kDenseParameters},
                        {"bytes_after", 4 * after}};
    return result;
}

Json sample_fine_tuning(std::int64_t rank, double reached) {
    Json result = document("eckart.finetune/1",
                           "eckart finetune small.safetensors --data cifar-like -o tuned.safetensors");
    const double start = std::round(10000 * accuracy_at(rank)) / 10000;
    result["rank"] = rank;
    result["parameters"] = factored_weights(rank) + kBiases;
    result["options"] = {
        {"epochs", 3}, {"batch", 100}, {"learning_rate", 0.0005}, {"schedule", "cosine"}, {"seed", 0}};
    result["dense"] = {{"test_accuracy", kDenseAccuracy}, {"parameters", kDenseParameters}};
    result["compressed"] = {{"test_accuracy", start}, {"test_loss", 2.1}};
    result["epochs"] = Json::array();
    for (int epoch = 1; epoch <= 3; ++epoch) {
        result["epochs"].push_back(sample_epoch(
            epoch, 1.35 - 0.06 * epoch, 1.37 - 0.01 * epoch,
            reached - (reached - start) * 0.5 * (std::exp(3.0 - 1.5 * epoch) - std::exp(-1.5)) / 4.5));
    }
    result["moved"] = {{{"tensor", "fc1.0.weight"}, {"relative_change", 0.212}},
                       {{"tensor", "fc1.1.weight"}, {"relative_change", 0.137}},
                       {{"tensor", "fc2.0.weight"}, {"relative_change", 0.341}}};
    return result;
}

/// A stored (not compressed by much) picture would need an encoder; one gray pixel shows that it is embedded.
const unsigned char kOnePixelPng[] = {
    0x89, 'P',  'N',  'G',  0x0d, 0x0a, 0x1a, 0x0a, 0,    0,    0,    0x0d, 'I',  'H',  'D',  'R',  0,
    0,    0,    1,    0,    0,    0,    1,    8,    0,    0,    0,    0,    0x3a, 0x7e, 0x9b, 0x55, 0,
    0,    0,    0x0a, 'I',  'D',  'A',  'T',  0x78, 0x9c, 0x63, 0x68, 0,    0,    0,    0x82, 0,    0x81,
    0x77, 0xcd, 0x72, 0xb6, 0,    0,    0,    0,    'I',  'E',  'N',  'D',  0xae, 0x42, 0x60, 0x82};

}  // namespace

SampleRun make_sample_run() {
    SampleRun run{sample_data(),  sample_training(),      sample_spectra(),
                  sample_sweep(), sample_compression(50), {}};
    run.fine_tunings = {sample_fine_tuning(20, 0.515), sample_fine_tuning(50, 0.548)};
    return run;
}

void write_sample_run(const SampleRun& run, const std::filesystem::path& directory) {
    std::filesystem::create_directories(directory);
    const auto write = [&](const std::string& name, const Json& content) {
        if (!content.is_null()) write_file(directory / name, content.dump(1), Overwrite::kReplace);
    };
    write("data.json", run.data);
    write("training.json", run.training);
    write("spectra.json", run.spectra);
    write("sweep.json", run.sweep);
    write("compression.json", run.compression);
    for (const Json& tuning : run.fine_tunings) {
        const Json& rank = tuning.at("rank");
        write(fmt::format("finetune-r{}.json", rank.is_number() ? rank.dump() : "x"), tuning);
    }
    if (run.data.is_null()) return;
    write_file(directory / "data.png", {reinterpret_cast<const char*>(kOnePixelPng), sizeof kOnePixelPng},
               Overwrite::kReplace);
}

}  // namespace eckart::report::test
