// Compressing whole files: the reference network beside what LAPACK's full SVDs of its layers take, and a
// model of float16 weights larger than memory should have to be, in shards, with the peak memory of the
// process beside the promised limit, and the time beside that of copying the file.
//
//   large_model_bench [THREADS] [GIGABYTES] [FOLDER]     default: all threads, 2 GB, the temporary folder
//
// Each model is made and compressed in processes of their own, so that their peak memory is theirs.

#include <fmt/core.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "eckart/compress/compress_model.hpp"
#include "eckart/core/atomic_file.hpp"
#include "eckart/core/error.hpp"
#include "eckart/core/json.hpp"
#include "eckart/core/random_matrix.hpp"
#include "eckart/core/run_record.hpp"
#include "eckart/core/threads.hpp"
#include "eckart/io/model_file.hpp"
#include "eckart/io/network_file.hpp"
#include "eckart/io/safetensors.hpp"
#include "eckart/linalg/product.hpp"
#include "eckart/linalg/svd.hpp"
#include "eckart/model/residual_mlp.hpp"
#include "timing.hpp"

namespace {

using namespace eckart;
namespace fs = std::filesystem;

constexpr std::int64_t kHidden = 4096;
constexpr std::int64_t kInner = 11008;
constexpr std::int64_t kRank = 256;

/// Seconds and peak memory in bytes of `work` in a process of its own.
struct Cost {
    double seconds = 0;
    double memory = 0;
    bool done = false;
};

Cost run_apart(const std::function<void()>& work) {
    const double start = bench::now();
    std::fflush(nullptr);
    const pid_t child = fork();
    if (child == 0) {
        try {
            work();
        } catch (const std::exception& error) {
            fmt::print(stderr, "large_model_bench: {}\n", error.what());
            _exit(1);
        }
        _exit(0);
    }
    int status = 1;
    rusage usage{};
    wait4(child, &status, 0, &usage);
    return {bench::now() - start, 1024.0 * static_cast<double>(usage.ru_maxrss), status == 0};
}

/// Singular values about i^-0.4 in 256 random directions, and noise of which every matrix gets another part.
MatrixF layer_like(std::int64_t out, std::int64_t in, std::uint64_t seed, const MatrixF& noise) {
    constexpr Eigen::Index kDirections = 256;
    Rng rng(seed);
    MatrixF left = normal_matrix<float>(out, kDirections, rng);
    const MatrixF right = normal_matrix<float>(kDirections, in, rng);
    for (Eigen::Index i = 0; i < kDirections; ++i) {
        left.col(i) *= static_cast<float>(std::pow(static_cast<double>(i) + 1, -0.4) /
                                          std::sqrt(static_cast<double>(out) * static_cast<double>(in)));
    }
    MatrixF weight = linalg::multiply(left, right);
    for (Eigen::Index i = 0; i < out; ++i) {
        const auto shift =
            static_cast<Eigen::Index>(rng.index(static_cast<std::uint64_t>(noise.size() - in)));
        weight.row(i) += Eigen::Map<const Eigen::RowVectorXf>(noise.data() + shift, in);
    }
    return weight;
}

std::string name_of(std::size_t index) {
    constexpr const char* kNames[] = {"self_attn.q_proj", "mlp.up_proj", "mlp.down_proj"};
    return fmt::format("model.layers.{}.{}.weight", index / 3, kNames[index % 3]);
}

/// Shards of one float16 matrix each until they have `bytes` in all, and their index.
void make_model(const fs::path& index_file, double bytes) {
    Rng rng(1);
    const MatrixF noise = 5e-4F * normal_matrix<float>(1, 20'000'003, rng);
    Json weights = Json::object();
    double written = 0;
    for (std::size_t i = 0; written < bytes; ++i) {
        const std::int64_t out = i % 3 == 1 ? kInner : kHidden;
        const std::int64_t in = i % 3 == 2 ? kInner : kHidden;
        const MatrixF weight = layer_like(out, in, i, noise);
        const std::vector<unsigned char> halves =
            io::encode(weight.data(), static_cast<std::size_t>(weight.size()), "F16", name_of(i));
        const std::string shard = fmt::format("model-{:05}.safetensors", i + 1);
        AtomicFile file(index_file.parent_path() / shard, Overwrite::kReplace);
        io::write_safetensors(file, {{"format", "pt"}},
                              {{name_of(i),
                                {static_cast<std::uint64_t>(out), static_cast<std::uint64_t>(in)},
                                halves.data(),
                                "F16"}});
        file.commit();
        weights[name_of(i)] = shard;
        written += static_cast<double>(halves.size());
    }
    write_file(index_file,
               to_text({{"metadata", {{"total_size", static_cast<std::uint64_t>(written)}}},
                        {"weight_map", weights}}),
               Overwrite::kReplace);
}

/// Reads every shard and writes it again, to disk: what nobody can do without.
void copy_bytes(const fs::path& folder) {
    constexpr std::size_t kLargestShard = 1U << 30U;
    for (const fs::directory_entry& shard : fs::directory_iterator(folder)) {
        AtomicFile copy(folder / "copy", Overwrite::kReplace);
        copy.write(read_file(shard.path(), kLargestShard));
        copy.commit();
    }
    fs::remove(folder / "copy");
}

compress::CompressedModel compress_file(const fs::path& from, const fs::path& to, std::int64_t rank,
                                        int threads) {
    const ThreadScope scope(threads);
    const auto model = io::open_model(from);
    compress::ModelOptions options;
    options.rank = rank;
    options.threads = scope.count();
    compress::ModelOutput output;
    output.target = to;
    output.overwrite = Overwrite::kReplace;
    ProgressObserver silent;
    return compress::compress_model(*model, options, output, silent, {});
}

bool bench_reference_network(const fs::path& folder, int threads) {
    constexpr std::int64_t kReferenceRank = 50;
    const ThreadScope scope(threads);
    const auto network = model::make_initialized(model::MlpArchitecture{}, Rng(1));
    const fs::path file = folder / "reference.safetensors";
    io::save_network(network, RunRecord{}, file, Overwrite::kReplace);
    double lapack = 1e9;
    double ours = 1e9;
    bool right = true;
    for (int i = 0; i < 5; ++i) {  // in turns: the machine is not always equally fast
        const double start = bench::now();
        for (std::size_t j = 0; j < network.layer_count(); ++j)
            (void)linalg::thin_svd<float>(network.layer(j).dense_weight());
        const double middle = bench::now();
        const auto result = compress_file(file, folder / "small.safetensors", kReferenceRank, threads);
        lapack = std::min(lapack, middle - start);
        ours = std::min(ours, bench::now() - middle);
        for (const compress::LayerOutcome& layer : result.layers)
            right = right && std::abs(layer.measured_error - layer.predicted_error) < 1e-3;
    }
    fmt::print(
        "Reference network at rank {}, file to file: {:.2f} s, {:.2f} of the {:.2f} s of LAPACK's SVDs "
        "alone\n",
        kReferenceRank, ours, ours / lapack, lapack);
    return right;
}

bool bench_large_model(const fs::path& folder, double bytes, int threads) {
    const fs::path index = folder / "model.safetensors.index.json";
    const Cost made = run_apart([&] { make_model(index, bytes); });
    if (!made.done) return false;
    const Cost copied = run_apart([&] { copy_bytes(folder); });
    const Cost cost =
        run_apart([&] { compress_file(index, folder / "out.safetensors.index.json", kRank, threads); });
    if (!cost.done) return false;
    const auto before = io::open_model(index);
    const auto after = io::open_model(folder / "out.safetensors.index.json");
    const double largest = 2.0 * static_cast<double>(kHidden) * static_cast<double>(kInner);
    const double limit = 3 * largest + 200e6;
    fmt::print("Model of {:.2f} GB in float16, {} matrices, the largest of {:.0f} MB, at rank {}:\n",
               static_cast<double>(before->bytes()) / 1e9, before->linears().size(), largest / 1e6, kRank);
    fmt::print(
        "  peak memory {:.0f} MB, {:.2f} of the limit of {:.0f} MB (3 x the largest matrix + 200 MB)\n",
        cost.memory / 1e6, cost.memory / limit, limit / 1e6);
    fmt::print("  {:.1f} s, {:.2f} s a matrix; copying the files takes {:.1f} s\n", cost.seconds,
               cost.seconds / static_cast<double>(before->linears().size()), copied.seconds);
    fmt::print("  {:.2f} GB written, {:.1f} % of what was read\n", static_cast<double>(after->bytes()) / 1e9,
               100 * static_cast<double>(after->bytes()) / static_cast<double>(before->bytes()));
    const bool factored = std::ranges::all_of(
        after->linears(), [](const io::StoredLinear& linear) { return linear.rank == kRank; });
    return factored && cost.memory <= limit;
}

}  // namespace

int main(int argc, char** argv) {
    const int threads = argc > 1 ? std::atoi(argv[1]) : 0;
    const double bytes = 1e9 * (argc > 2 ? std::atof(argv[2]) : 2);
    const fs::path folder = (argc > 3 ? fs::path(argv[3]) : fs::temp_directory_path()) /
                            fmt::format("eckart_large_model_{}", getpid());
    try {
        fs::create_directories(folder);
        // First, for forked processes must find no threads at work.
        bool right = bench_large_model(folder, bytes, threads);
        right = bench_reference_network(folder, threads) && right;
        fs::remove_all(folder);
        if (!right) fmt::print(stderr, "large_model_bench: a result is wrong, so its time means nothing\n");
        return right ? 0 : 1;
    } catch (const std::exception& error) {
        fs::remove_all(folder);
        fmt::print(stderr, "large_model_bench: {}\n", error.what());
        return 1;
    }
}
