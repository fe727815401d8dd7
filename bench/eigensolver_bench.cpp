// A few eigenpairs of a dense matrix of 1000 x 1000 and of the Laplacian on 60 x 60 points: LOBPCG and
// Rayleigh quotient iteration beside LAPACK's decomposition of all pairs, beside what the machine could do at
// best, and beside SciPy and PyTorch where ECKART_PEER_PYTHON names an interpreter that has them.
//
//   eigensolver_bench [THREADS]
//
// Machines are busy and differ: only the ratios within one run mean something. CPU time, of all threads, is
// what "of peak" refers to; with one thread it does not depend on what else the machine does.

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "eckart/calculus/lobpcg.hpp"
#include "eckart/calculus/rayleigh_iteration.hpp"
#include "eckart/core/atomic_file.hpp"
#include "eckart/core/random_matrix.hpp"
#include "eckart/core/threads.hpp"
#include "eckart/evaluate/latency.hpp"
#include "eckart/linalg/product.hpp"
#include "eckart/linalg/qr.hpp"
#include "eckart/linalg/symmetric_eigen.hpp"
#include "laplacian.hpp"
#include "peer_python.hpp"
#include "timing.hpp"

namespace {

using namespace eckart;

constexpr Eigen::Index kSize = 1000;
constexpr Eigen::Index kSide = 60;
constexpr Eigen::Index kCount = 10;
constexpr double kTolerance = 1e-8;  ///< residual over |A|_2
constexpr int kRepeats = 3;

/// Eigenvalues 1, 1/2, 1/3, ...: a spectrum like that of the inputs of a layer.
MatrixD covariance() {
    Rng rng(1);
    const MatrixD q = linalg::thin_qr(normal_matrix<double>(kSize, kSize, rng)).q;
    VectorD values(kSize);
    for (Eigen::Index i = 0; i < kSize; ++i) values[i] = 1 / static_cast<double>(i + 1);
    const MatrixD product = linalg::multiply_nt<double>(q * values.asDiagonal(), q);
    return (product + product.transpose()) / 2;
}

calculus::LobpcgOptions options_for(calculus::SpectrumEnd end) {
    calculus::LobpcgOptions options;
    options.count = kCount;
    options.end = end;
    options.tolerance = kTolerance;
    return options;
}

/// The flops of LOBPCG by the formula of its header, with those of one product with A per column.
double flops_of(const calculus::LobpcgResult& result, double n, double per_column) {
    const auto b = static_cast<double>(kCount + calculus::LobpcgOptions().guards);
    double flops = static_cast<double>(result.applications) * per_column;
    for (const calculus::LobpcgStep& step : result.history) {
        const auto m = static_cast<double>(step.active);
        const double s = b + 2 * m;
        flops += 2 * n * s * (s + 2 * b + 2 * m) + 8 * n * m * s;
    }
    return flops;
}

struct Seconds {
    double wall = 0;
    double cpu = 0;  ///< of all threads together
};

double cpu_now() {
    return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

/// Medians over a few runs.
Seconds measure(const std::function<void()>& work) {
    std::vector<double> wall;
    std::vector<double> cpu;
    for (int i = 0; i <= kRepeats; ++i) {
        const double start = bench::now();
        const double cpu_start = cpu_now();
        work();
        if (i == 0) continue;
        wall.push_back(bench::now() - start);
        cpu.push_back(cpu_now() - cpu_start);
    }
    return {evaluate::spread_of(wall).median, evaluate::spread_of(cpu).median};
}

/// FLOP per CPU second of a product of two square matrices in double.
double product_rate() {
    const MatrixD a = MatrixD::Constant(2 * kSize, 2 * kSize, 0.5);
    const double n = 2 * kSize;
    return 2 * n * n * n / measure([&] { (void)linalg::multiply(a, a); }).cpu;
}

void print_row(const std::string& what, double flops, const Seconds& seconds, double peak,
               const std::string& note) {
    fmt::print("{:<40} {:>7.2f} {:>9.1f} {:>9.1f} {:>7.1f} %  {}\n", what, flops / 1e9, 1e3 * seconds.wall,
               1e3 * seconds.cpu, 100 * flops / seconds.cpu / peak, note);
}

void print_head(const std::string& what) {
    fmt::print("\n{:<40} {:>7} {:>9} {:>9} {:>9}\n", what, "GFLOP", "ms", "CPU ms", "of peak");
}

void print_peers(const std::vector<std::string>& lines, const std::string& problem) {
    for (const std::string& line : lines) {
        const std::size_t first = line.find('\t');
        const std::size_t second = line.find('\t', first + 1);
        Seconds seconds;
        double residual = 0;
        if (line.substr(0, first) != problem || second == std::string::npos ||
            std::sscanf(line.c_str() + second, "%lf %lf %lf", &seconds.wall, &seconds.cpu, &residual) != 3) {
            continue;
        }
        fmt::print("{:<40} {:>7} {:>9.1f} {:>9.1f} {:>9}  residual {:.1e}\n",
                   line.substr(first + 1, second - first - 1), "", 1e3 * seconds.wall, 1e3 * seconds.cpu, "",
                   residual);
    }
}

bool near(const std::string& what, double error) {
    const bool right = error <= kTolerance;
    fmt::print("Verified: {:<44} largest error of an eigenvalue {:.1e} |A|\n", what, error);
    if (!right) fmt::print(stderr, "eigensolver_bench: {} is wrong, so its time means nothing\n", what);
    return right;
}

/// A start that lies nearest to the eigenvector `v`.
VectorD start_near(const VectorD& v) {
    Rng rng(2);
    VectorD noise(v.size());
    for (double& entry : noise) entry = rng.normal();
    return v + 0.1 * noise.normalized();
}

std::vector<std::string> run_peers(const MatrixD& a, int threads) {
    const std::filesystem::path file =
        std::filesystem::temp_directory_path() / "eckart_eigensolver_bench.f64";
    const std::string_view bytes(reinterpret_cast<const char*>(a.data()),
                                 static_cast<std::size_t>(a.size()) * sizeof(double));
    write_file(file, bytes, Overwrite::kReplace);
    auto lines = bench::peer_lines(
        "eigensolver_peers.py",
        fmt::format("{} '{}' {} {} {} {}", threads, file.string(), kCount, kTolerance, kSide, kRepeats));
    std::filesystem::remove(file);
    return lines;
}

bool bench_dense(const MatrixD& a, double peak, const std::vector<std::string>& peers) {
    const calculus::LinearOperator op = calculus::matrix_operator(a);
    const auto all = linalg::symmetric_eigen(a);
    const auto options = options_for(calculus::SpectrumEnd::kLargest);
    const calculus::LobpcgResult blocks = lobpcg(op, options);
    const VectorD start = start_near(all.vectors.col(kSize - 1));
    calculus::RayleighIterationOptions iteration;
    iteration.tolerance = kTolerance;
    const auto exact = calculus::rayleigh_iteration(a, start, iteration);
    const auto inexact = calculus::rayleigh_iteration(op, start, iteration);
    const VectorD largest = all.values.tail(kCount).reverse();
    if (!near("LOBPCG, dense", (blocks.values - largest).cwiseAbs().maxCoeff()) ||
        !near("RQI by factorization", std::abs(exact.eigenvalue - largest[0])) ||
        !near("RQI by MINRES", std::abs(inexact.eigenvalue - largest[0]))) {
        return false;
    }
    const double n = kSize;
    const double one_product = 2 * n * n;
    const auto steps = static_cast<double>(exact.history.size() - 1);
    double products = static_cast<double>(inexact.history.size());
    for (const auto& step : inexact.history) products += step.inner_iterations;

    print_head("dense, n = 1000, eigenvalues 1/i");
    print_row("all pairs, LAPACK syevd", 9 * n * n * n, measure([&] { (void)linalg::symmetric_eigen(a); }),
              peak, "");
    print_row(
        fmt::format("{} largest, LOBPCG", kCount), flops_of(blocks, n, one_product),
        measure([&] { (void)lobpcg(op, options); }), peak,
        fmt::format("residual {:.1e}, {} steps", blocks.residuals.maxCoeff(), blocks.history.size() - 1));
    print_peers(peers, "dense");
    print_row("1 pair, RQI by factorization", steps * n * n * n / 3,
              measure([&] { (void)calculus::rayleigh_iteration(a, start, iteration); }), peak,
              fmt::format("residual {:.1e}, {} steps", exact.residual, steps));
    print_row("1 pair, RQI by MINRES", products * one_product,
              measure([&] { (void)calculus::rayleigh_iteration(op, start, iteration); }), peak,
              fmt::format("residual {:.1e}, {} products", inexact.residual, products));
    return true;
}

bool bench_laplacian(double peak, const std::vector<std::string>& peers) {
    const calculus::LinearOperator op = test::laplacian(kSide, kSide);
    const auto options = options_for(calculus::SpectrumEnd::kSmallest);
    const calculus::LobpcgResult blocks = lobpcg(op, options);
    const VectorD smallest = test::laplacian_eigenvalues(kSide, kSide).head(kCount);
    if (!near("LOBPCG, Laplacian", (blocks.values - smallest).cwiseAbs().maxCoeff() / 8)) return false;
    const auto n = static_cast<double>(op.size);
    print_head("Laplacian, n = 3600, no preconditioner");
    print_row(
        fmt::format("{} smallest, LOBPCG", kCount), flops_of(blocks, n, 6 * n),
        measure([&] { (void)lobpcg(op, options); }), peak,
        fmt::format("residual {:.1e}, {} steps", blocks.residuals.maxCoeff() / 8, blocks.history.size() - 1));
    print_peers(peers, "laplacian");
    return true;
}

}  // namespace

int main(int argc, char** argv) {
    const ThreadScope threads(argc > 1 ? std::atoi(argv[1]) : 0);
    const MatrixD a = covariance();
    const double peak = product_rate();
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    fmt::print("{} threads; peak: {:.1f} GFLOP per CPU second, of a product of 2000 cubed in double\n",
               threads.count(), peak / 1e9);
    const std::vector<std::string> peers = run_peers(a, threads.count());
    if (!bench_dense(a, peak, peers) || !bench_laplacian(peak, peers)) return 1;
    if (peers.empty()) {
        fmt::print("SciPy, PyTorch: not measured; set ECKART_PEER_PYTHON to a Python that has them\n");
    }
    return 0;
}
