// One training step of the reference network (batch 100, Adam) beside what the machine could do at best, and
// beside PyTorch where ECKART_PEER_PYTHON names an interpreter that has it.
//
//   training_step_bench [THREADS]
//
// Machines are busy and differ: only the ratios within one run mean something.

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "eckart/core/threads.hpp"
#include "eckart/evaluate/latency.hpp"
#include "eckart/model/residual_mlp.hpp"
#include "eckart/ops/elementwise.hpp"
#include "eckart/train/train.hpp"
#include "machine_limits.hpp"
#include "peer_python.hpp"

namespace {

using namespace eckart;

constexpr std::int64_t kBatch = 100;
constexpr std::int64_t kStepsPerRound = 10;
constexpr int kBlocks = 3;  ///< Eckart and PyTorch take turns in blocks, so that a busy moment hits both
constexpr int kRoundsPerBlock = 4;

/// Random images: what they show does not change the time of a step.
data::DatasetPair noise_images() {
    Rng rng(1);
    data::Dataset set{{3, 32, 32}, std::vector<std::string>(10, "class"), {}, {}};
    set.pixels.resize(static_cast<std::size_t>(kBatch * kStepsPerRound) * 3072);
    set.labels.resize(static_cast<std::size_t>(kBatch * kStepsPerRound));
    for (std::uint8_t& pixel : set.pixels) pixel = static_cast<std::uint8_t>(rng.index(256));
    for (std::uint8_t& label : set.labels) label = static_cast<std::uint8_t>(rng.index(10));
    data::Dataset none = set;
    none.pixels.clear();
    none.labels.clear();
    return {std::move(set), std::move(none), "random", "memory", ""};
}

/// Largest relative error of any gradient tensor against the reference backend in double.
double verify(const data::DatasetPair& data, ops::Backend<float>& backend) {
    model::Network<float> network = model::make_initialized(model::MlpArchitecture{}, Rng(0));
    model::Network<double> wide = model::convert<double>(network);
    std::vector<std::uint32_t> indices(20);
    std::iota(indices.begin(), indices.end(), 0U);
    const std::span<const std::uint8_t> labels = std::span(data.train.labels).first(indices.size());
    const auto differentiate = [&](auto& net, auto& kernels, auto zero) {
        using T = decltype(zero);
        Matrix<T> x(static_cast<Eigen::Index>(indices.size()), 3072);
        data::copy_normalized<T>(data.train, indices, view(x));
        model::NetworkState<T> state;
        const ConstMatrixView<T> logits = net.forward(kernels, view(std::as_const(x)), state);
        Matrix<T> dlogits(logits.rows(), logits.cols());
        ops::softmax_nll_backward<T>(logits, labels, view(dlogits));
        net.backward(kernels, view(std::as_const(x)), view(std::as_const(dlogits)), state, {});
    };
    const auto oracle = ops::make_reference_backend<double>();
    differentiate(network, backend, 0.0F);
    differentiate(wide, *oracle, 0.0);
    double worst = 0;
    const auto fast = std::as_const(network).parameters();
    const auto exact = std::as_const(wide).parameters();
    for (std::size_t i = 0; i < fast.size(); ++i) {
        const double error = (fast[i]->gradient.cast<double>() - exact[i]->gradient).norm();
        worst = std::max(worst, error / exact[i]->gradient.norm());
    }
    return worst;
}

struct Peer {
    double median = 0;
    std::string version;
};

/// PyTorch's median step; version is empty where there is no PyTorch.
Peer measure_pytorch(int threads) {
    const auto lines = bench::peer_lines("pytorch_step.py", fmt::format("{} 40", threads));
    if (lines.empty()) return {};
    std::array<char, 32> version{};
    Peer peer;
    double fastest = 0;
    if (std::sscanf(lines[0].c_str(), "%lf %lf %31s", &peer.median, &fastest, version.data()) != 3) return {};
    peer.version = version.data();
    return peer;
}

void print_row(const std::string& what, double milliseconds, double limit) {
    fmt::print("{:<58} {:>8.2f} ms {:>7.0f} %\n", what, milliseconds, 100 * limit / milliseconds);
}

}  // namespace

int main(int argc, char** argv) {
    const ThreadScope threads(argc > 1 ? std::atoi(argv[1]) : 0);
    const auto backend = ops::make_onednn_backend();
    const data::DatasetPair data = noise_images();
    const double error = verify(data, *backend);
    fmt::print("Verified: largest relative gradient error against float64 is {:.1e}\n", error);
    if (!(error < 1e-5)) {
        fmt::print(stderr, "training_step_bench: the gradient is wrong, so its time means nothing\n");
        return 1;
    }

    bench::GemmPeak gemm;
    bench::MemoryBandwidth memory;
    train::TrainState state =
        train::start_training(model::make_initialized(model::MlpArchitecture{}, Rng(0)));
    train::TrainOptions options;
    std::vector<double> peak;
    std::vector<double> bandwidth;
    std::vector<double> steps;
    std::vector<double> peer_steps;
    std::string peer_version;
    for (int block = 0; block < kBlocks; ++block) {
        for (int round = 0; round < kRoundsPerBlock + (block == 0 ? 1 : 0); ++round) {
            peak.push_back(gemm.measure());
            bandwidth.push_back(memory.measure());
            options.epochs = state.epochs_done + 1;
            train::train(state, data, options, *backend, {});
            // The first round also compiles the kernels.
            if (state.epochs_done == 1) continue;
            steps.push_back(state.history.back().seconds / static_cast<double>(kStepsPerRound));
        }
        const Peer peer = measure_pytorch(threads.count());
        if (peer.version.empty()) continue;
        peer_steps.push_back(peer.median);
        peer_version = peer.version;
    }
    const model::ModelSize size = state.network.size();
    const auto macs = static_cast<double>(size.macs);
    const double flops = static_cast<double>(kBatch) * (6 * macs - 2 * 3072 * 1000);
    // Adam reads w, g, m, v and writes w, m, v; forward and backward read every weight and write its
    // gradient.
    const double bytes = static_cast<double>(size.bytes) * (7 + 3);
    const double compute = flops / *std::ranges::max_element(peak) * 1e3;
    const double traffic = bytes / *std::ranges::max_element(bandwidth) * 1e3;
    const double limit = compute + traffic;

    fmt::print(
        "\n{} threads; GEMM peak {:.0f} GFLOP/s (2048 cubed, the faster of OpenBLAS and oneDNN), memory "
        "{:.1f} GB/s (triad)\n",
        threads.count(), *std::ranges::max_element(peak) / 1e9, *std::ranges::max_element(bandwidth) / 1e9);
    fmt::print("One step: {:.2f} GFLOP, {:.0f} MB of weights, gradients and moments\n\n", flops / 1e9,
               bytes / 1e6);
    fmt::print("{:<58} {:>11} {:>9}\n", "batch 100, float32, Adam", "median", "of limit");
    print_row("limit: products at the peak, then memory at full bandwidth", limit, limit);
    print_row("eckart", evaluate::spread_of(steps).median * 1e3, limit);
    if (peer_steps.empty()) {
        fmt::print("PyTorch: not measured; set ECKART_PEER_PYTHON to a Python that has it (tools/peers)\n");
    } else {
        print_row("PyTorch " + peer_version + " (fused Adam)", evaluate::spread_of(peer_steps).median * 1e3,
                  limit);
    }
    return 0;
}
