// Value, gradient and Hessian-vector product of the low-rank objective F(U, V) = 1/2 |X - U D V|_F^2 in
// double: time against the flops that the header states, beside the rate of a large product on this machine,
// and beside PyTorch's automatic differentiation where ECKART_PEER_PYTHON names an interpreter that has it.
//
//   low_rank_bench [THREADS]
//
// Machines are busy and differ: only the ratios within one run mean something.

#include <fmt/core.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "eckart/calculus/derivative_check.hpp"
#include "eckart/calculus/low_rank_objective.hpp"
#include "eckart/core/random_matrix.hpp"
#include "eckart/core/threads.hpp"
#include "eckart/linalg/product.hpp"
#include "peer_python.hpp"
#include "timing.hpp"

namespace {

using namespace eckart;
using bench::median_seconds;
using calculus::Factors;

struct Problem {
    calculus::LowRankObjective objective;
    Factors at;
    Factors direction;
};

Problem make_problem(Eigen::Index n, Eigen::Index k) {
    Rng rng(1);
    MatrixD x = normal_matrix<double>(n, n, rng);
    return {{x, VectorD::Ones(k)},
            {normal_matrix<double>(n, k, rng), normal_matrix<double>(k, n, rng)},
            {normal_matrix<double>(n, k, rng), normal_matrix<double>(k, n, rng)}};
}

bool verified() {
    const Problem problem = make_problem(30, 4);
    const auto factors = [](const VectorD& x) { return calculus::to_factors(x, 30, 4, 30); };
    const auto value = [&](const VectorD& x) { return problem.objective.value(factors(x)); };
    const auto gradient = [&](const VectorD& x) { return to_vector(problem.objective.gradient(factors(x))); };
    const auto hessian = [&](const VectorD& x, const VectorD& v) {
        return to_vector(calculus::LowRankHessian(problem.objective, factors(x)).times(factors(v)));
    };
    const auto first = calculus::check_gradient(value, gradient, to_vector(problem.at));
    const auto second = calculus::check_hessian(gradient, hessian, to_vector(problem.at));
    fmt::print("Verified by central differences: gradient to {:.1e} (slope {:.2f}), Hessian to {:.1e}\n",
               first.floor, first.slope, second.floor);
    return first.passed && second.passed;
}

/// FLOP/s of the product of two square matrices in double, the best of five.
double product_rate() {
    Rng rng(2);
    constexpr Eigen::Index kSize = 2000;
    const MatrixD a = normal_matrix<double>(kSize, kSize, rng);
    double best = 0;
    for (int i = 0; i < 5; ++i) {
        const double start = bench::now();
        (void)linalg::multiply(a, a);
        best = std::max(best, 2.0 * kSize * kSize * kSize / (bench::now() - start));
    }
    return best;
}

/// Seconds of PyTorch for value and gradient, and for a Hessian-vector product; 0 where it is not there.
struct Peer {
    double gradient = 0;
    double hessian = 0;
};

Peer measure_pytorch(int threads, Eigen::Index n, Eigen::Index k) {
    const auto lines = bench::peer_lines("pytorch_low_rank.py", fmt::format("{} {} {}", threads, n, k));
    Peer peer;
    if (lines.empty() || std::sscanf(lines[0].c_str(), "%lf %lf", &peer.gradient, &peer.hessian) != 2)
        return {};
    return peer;
}

void print_row(Eigen::Index n, Eigen::Index k, const std::string& what, double flops, double seconds,
               double peak, double peer) {
    fmt::print("{:>5} {:>4}  {:<22} {:>9.2f} {:>9.2f} {:>7.1f} {:>7.0f} %", n, k, what, flops / 1e9,
               1e3 * seconds, flops / seconds / 1e9, 100 * flops / seconds / peak);
    fmt::print("  {}\n",
               peer > 0 ? fmt::format("{:9.2f} ({:.1f} x)", 1e3 * peer, peer / seconds) : "        -");
}

}  // namespace

int main(int argc, char** argv) {
    const ThreadScope threads(argc > 1 ? std::atoi(argv[1]) : 0);
    if (!verified()) {
        fmt::print(stderr, "low_rank_bench: a derivative is wrong, so its time means nothing\n");
        return 1;
    }
    const double peak = product_rate();
    fmt::print("{} threads; a product of 2000 x 2000 in double: {:.0f} GFLOP/s = 100 %\n\n", threads.count(),
               peak / 1e9);
    fmt::print("{:>5} {:>4}  {:<22} {:>9} {:>9} {:>7} {:>9}  {:>9}\n", "n = p", "k", "", "GFLOP", "ms",
               "GFLOP/s", "of peak", "PyTorch ms");
    for (const Eigen::Index n : {500, 1000, 2000}) {
        for (const Eigen::Index k : {10, 50, 200}) {
            const Problem problem = make_problem(n, k);
            const calculus::LowRankHessian hessian(problem.objective, problem.at);
            const double large = 2.0 * static_cast<double>(n * n * k);
            const double small = static_cast<double>(2 * n * k * k);
            const Peer peer = measure_pytorch(threads.count(), n, k);
            print_row(n, k, "value", large,
                      median_seconds([&] { (void)problem.objective.value(problem.at); }), peak, 0);
            print_row(n, k, "gradient", 2 * large + 4 * small,
                      median_seconds([&] { (void)problem.objective.gradient(problem.at); }), peak, 0);
            print_row(n, k, "value and gradient", 3 * large,
                      median_seconds([&] { (void)problem.objective.value_and_gradient(problem.at); }), peak,
                      peer.gradient);
            print_row(n, k, "Hessian times vector", 2 * large + 6 * small,
                      median_seconds([&] { (void)hessian.times(problem.direction); }), peak, peer.hessian);
        }
    }
    return 0;
}
