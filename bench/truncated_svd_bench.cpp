// The leading singular values and vectors of float32 matrices with the spectrum of trained layers (a power
// law and a bulk): the full SVD, the Gram matrix and the certified block Krylov iteration, beside what
// products reach on this machine, and beside NumPy and PyTorch where ECKART_PEER_PYTHON names an interpreter
// that has them.
//
//   truncated_svd_bench [THREADS]         the shapes of the reference network and of a large language model
//   truncated_svd_bench [THREADS] grid    the shapes that the cost model in src/linalg/svd_cost.cpp is fitted
//   to
//
// Machines are busy and differ: only the ratios within one run mean something. CPU time, of all threads, is
// what "of peak" refers to.

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "eckart/core/atomic_file.hpp"
#include "eckart/core/random_matrix.hpp"
#include "eckart/core/threads.hpp"
#include "eckart/linalg/product.hpp"
#include "eckart/linalg/svd_check.hpp"
#include "eckart/linalg/truncated_svd.hpp"
#include "peer_python.hpp"
#include "timing.hpp"

namespace {

using namespace eckart;
using linalg::SvdMethod;

struct Shape {
    Eigen::Index m;
    Eigen::Index n;
    Eigen::Index rank;
};

constexpr double kTolerance = 0.01;

double cpu_now() {
    return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

/// Singular values about i^-0.4 in 1024 random directions, and normal noise whose largest singular value is
/// about that of the 1024th.
MatrixF layer_like(Eigen::Index m, Eigen::Index n) {
    Rng rng(1);
    const Eigen::Index directions = std::min<Eigen::Index>({m, n, 1024});
    MatrixF left = normal_matrix<float>(m, directions, rng);
    const MatrixF right = normal_matrix<float>(directions, n, rng);
    for (Eigen::Index i = 0; i < directions; ++i) {
        left.col(i) *= static_cast<float>(std::pow(static_cast<double>(i) + 1, -0.4) /
                                          std::sqrt(static_cast<double>(m) * static_cast<double>(n)));
    }
    const auto noise = static_cast<float>(0.06 / std::sqrt(static_cast<double>(std::max(m, n))));
    return linalg::multiply(left, right) + noise * normal_matrix<float>(m, n, rng);
}

struct Run {
    linalg::TruncatedSvd<float> result;
    double wall = 0;
    double cpu = 0;
};

/// The fastest of `times`.
Run measure(const MatrixF& a, SvdMethod method, Eigen::Index rank, int times) {
    linalg::TruncatedSvdOptions options;
    options.rank = rank;
    options.method = method;
    options.tolerance = kTolerance;
    Run best;
    for (int i = 0; i < times; ++i) {
        MatrixF copy = a;
        const double start = bench::now();
        const double cpu_start = cpu_now();
        linalg::TruncatedSvd<float> result = linalg::truncated_svd(std::move(copy), options);
        const double cpu = cpu_now() - cpu_start;
        if (i > 0 && cpu >= best.cpu) continue;
        best = {std::move(result), bench::now() - start, cpu};
    }
    return best;
}

double relative_error(const MatrixF& a, const linalg::Svd<float>& svd) {
    const MatrixF us = svd.u * svd.s.asDiagonal();
    return linalg::frobenius_distance(a, linalg::multiply(us, svd.vt)) / linalg::frobenius_norm(a);
}

/// FLOP per CPU second of a product of two square matrices in float.
double product_rate() {
    const MatrixF a = MatrixF::Constant(2048, 2048, 0.5F);
    double best = 0;
    for (int i = 0; i < 5; ++i) {
        const double start = cpu_now();
        (void)linalg::multiply(a, a);
        best = std::max(best, 2.0 * 2048 * 2048 * 2048 / (cpu_now() - start));
    }
    return best;
}

bool verified() {
    bool right = true;
    for (const auto& [m, n] : {std::pair(200, 300), std::pair(300, 200)}) {
        const MatrixF a = layer_like(m, n);
        double best = 0;
        for (const SvdMethod method : {SvdMethod::kFull, SvdMethod::kGram, SvdMethod::kRandomized}) {
            const Run run = measure(a, method, 20, 1);
            const double error = relative_error(a, run.result.svd);
            if (method == SvdMethod::kFull) best = error;
            right = right && run.result.method == method && error <= best * (1 + run.result.excess + 1e-6) &&
                    run.result.excess <= kTolerance;
        }
    }
    fmt::print("{}: errors of rank 20 within the certified share above that of the full SVD\n",
               right ? "Verified" : "Wrong");
    return right;
}

std::vector<std::string> peers(const MatrixF& a, Eigen::Index rank, int threads, bool full) {
    const std::filesystem::path file =
        std::filesystem::temp_directory_path() / "eckart_truncated_svd_bench.f32";
    write_file(file,
               {reinterpret_cast<const char*>(a.data()), static_cast<std::size_t>(a.size()) * sizeof(float)},
               Overwrite::kReplace);
    auto lines = bench::peer_lines("truncated_svd_peers.py",
                                   fmt::format("{} '{}' {} {} {} {}", threads, file.string(), a.rows(),
                                               a.cols(), rank, full ? "full" : "leading"));
    std::filesystem::remove(file);
    return lines;
}

void print_peers(const std::vector<std::string>& lines) {
    for (const std::string& line : lines) {
        const std::size_t tab = line.find('\t');
        double wall = 0;
        double cpu = 0;
        double error = 0;
        if (tab == std::string::npos ||
            std::sscanf(line.c_str() + tab, "%lf %lf %lf", &wall, &cpu, &error) != 3) {
            continue;
        }
        fmt::print("  {:<34} {:>9.3f} {:>9.3f} {:>10} {:>11.5f}\n", line.substr(0, tab), wall, cpu, "",
                   error);
    }
}

void bench_shape(const Shape& shape, double peak, int threads) {
    const MatrixF a = layer_like(shape.m, shape.n);
    const auto k = static_cast<double>(std::min(shape.m, shape.n));
    const bool large = k > 2000;
    const double one_pass =
        2.0 * static_cast<double>(shape.m) * static_cast<double>(shape.n) * static_cast<double>(shape.rank);
    fmt::print("\n{} x {}, rank {}; the model chooses {}\n", shape.m, shape.n, shape.rank,
               to_text(linalg::choose_svd_method(shape.m, shape.n, shape.rank, sizeof(float))));
    fmt::print("  {:<34} {:>9} {:>9} {:>10} {:>11}\n", "", "s", "CPU s", "in passes", "error");
    double full = 0;
    for (const SvdMethod method : {SvdMethod::kFull, SvdMethod::kGram, SvdMethod::kRandomized}) {
        const Run run = measure(a, method, shape.rank, large ? 1 : 3);
        if (method == SvdMethod::kFull) full = run.cpu;
        std::string what(to_text(method));
        if (run.result.method != method) what += fmt::format(", then {}", to_text(run.result.method));
        if (run.result.excess > 0) {
            what += fmt::format(", at most {:.2f} % above", 100 * run.result.excess);
        }
        // A pass: one product with r columns at the peak rate.
        fmt::print("  {:<34} {:>9.3f} {:>9.3f} {:>10.1f} {:>11.5f}  {:.1f} x full\n", what, run.wall, run.cpu,
                   run.cpu * peak / one_pass, relative_error(a, run.result.svd), full / run.cpu);
        std::fflush(stdout);
    }
    print_peers(peers(a, shape.rank, threads, !large));
}

void print_grid() {
    fmt::print("{:>6} {:>6} {:>5} {:<11} {:>9} {:>9}\n", "m", "n", "r", "method", "s", "CPU s");
    for (const auto& [m, n] : {std::pair(256, 256), std::pair(256, 2048), std::pair(512, 512),
                               std::pair(1000, 1000), std::pair(1000, 3072), std::pair(2048, 2048)}) {
        const MatrixF a = layer_like(m, n);
        for (const int part : {32, 16, 8, 4, 2}) {
            const Eigen::Index rank = std::min(m, n) / part;
            for (const SvdMethod method : {SvdMethod::kFull, SvdMethod::kGram, SvdMethod::kRandomized}) {
                if (method == SvdMethod::kFull && part != 32) continue;
                const Run run = measure(a, method, rank, m > 1500 ? 1 : 2);
                fmt::print("{:>6} {:>6} {:>5} {:<11} {:>9.4f} {:>9.4f} {}\n", m, n, rank, to_text(method),
                           run.wall, run.cpu, to_text(run.result.method));
                std::fflush(stdout);
            }
        }
    }
}

}  // namespace

int main(int argc, char** argv) {
    const ThreadScope threads(argc > 1 ? std::atoi(argv[1]) : 0);
    if (!verified()) {
        fmt::print(stderr, "truncated_svd_bench: a result is wrong, so its time means nothing\n");
        return 1;
    }
    const double peak = product_rate();
    fmt::print("{} threads; peak: {:.1f} GFLOP per CPU second, of a product of 2048 cubed in float\n",
               threads.count(), peak / 1e9);
    if (argc > 2 && argv[2] == std::string_view("grid")) {
        print_grid();
        return 0;
    }
    for (const Shape& shape : {Shape{1000, 3072, 50}, Shape{1000, 1000, 50}, Shape{768, 3072, 64},
                               Shape{4096, 4096, 256}, Shape{4096, 11008, 256}}) {
        bench_shape(shape, peak, threads.count());
    }
    if (std::getenv("ECKART_PEER_PYTHON") == nullptr) {
        fmt::print("\nNumPy, PyTorch: not measured; set ECKART_PEER_PYTHON to a Python that has them\n");
    }
    return 0;
}
