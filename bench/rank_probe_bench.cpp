// The rank game: what a value and a gradient of f(x) = |sin(W2 cos(W1 x))|^2 cost on one thread, beside what
// their products would take at the rate of a large product and their sines and cosines at the rate of the
// library's, and beside PyTorch's automatic differentiation where ECKART_PEER_PYTHON names an interpreter
// that has it; then whole games on all threads.
//
//   rank_probe_bench [THREADS]
//
// Machines are busy and differ: only the ratios within one run mean something.

#include <fmt/core.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "eckart/core/random_matrix.hpp"
#include "eckart/core/threads.hpp"
#include "eckart/linalg/product.hpp"
#include "eckart/probe/hidden_network.hpp"
#include "eckart/probe/rank_game.hpp"
#include "peer_python.hpp"
#include "timing.hpp"

namespace {

using namespace eckart;
using bench::median_seconds;
using probe::HiddenNetwork;

constexpr Eigen::Index kDim = 100;

template <class T>
Vector<T> random_point(Rng& rng) {
    Vector<T> x(kDim);
    for (T& entry : x) entry = static_cast<T>(rng.uniform(-1, 1));
    return x;
}

/// Largest relative distance of the tape's gradient from -W1t (sin(W1 x) o W2t sin(2 W2 cos(W1 x))).
double distance_from_closed_form() {
    double largest = 0;
    for (const Eigen::Index rank : {1, 48, 95}) {
        Rng rng(1);
        auto network = HiddenNetwork<double>::draw(rank, rng, kDim);
        const VectorD x = random_point<double>(rng);
        const MatrixD inner = linalg::multiply<double>(network.w1(), x);
        const MatrixD outer = linalg::multiply<double>(network.w2(), inner.array().cos().matrix());
        const MatrixD back = linalg::multiply_tn<double>(network.w2(), (2 * outer.array()).sin().matrix());
        const MatrixD exact =
            -linalg::multiply_tn<double>(network.w1(), (inner.array().sin() * back.array()).matrix());
        largest = std::max(largest, (network.gradient(x) - exact).norm() / exact.norm());
    }
    return largest;
}

/// What this machine does on one thread, in T.
template <class T>
struct Limits {
    double flops = 0;  ///< per second, in the product of two matrices of 1000 x 1000
    double sine = 0;   ///< seconds for one sine of the C library
};

template <class T>
Limits<T> measure_limits() {
    Rng rng(2);
    const auto a = normal_matrix<T>(1000, 1000, rng);
    const Vector<T> angles = T{1000} * normal_matrix<T>(10000, 1, rng).col(0);
    Vector<T> sines(angles.size());
    return {2e9 / median_seconds([&] { (void)linalg::multiply(a, a); }),
            median_seconds([&] {
                for (Eigen::Index i = 0; i < angles.size(); ++i) sines[i] = std::sin(angles[i]);
            }) / static_cast<double>(angles.size())};
}

struct Peer {
    double value = 0;
    double gradient = 0;
};

Peer measure_pytorch(Eigen::Index rank, const std::string& dtype) {
    const auto lines =
        bench::peer_lines("pytorch_hidden_network.py", fmt::format("1 {} {} {}", kDim, rank, dtype));
    Peer peer;
    if (lines.empty() || std::sscanf(lines[0].c_str(), "%lf %lf", &peer.value, &peer.gradient) != 2)
        return {};
    return peer;
}

void print_row(const std::string& dtype, Eigen::Index rank, const std::string& what, double seconds,
               double limit, double peer) {
    fmt::print("{:<8} {:>4}  {:<9} {:>8.2f} {:>8.2f} {:>9.0f} %  {}\n", dtype, rank, what, 1e6 * seconds,
               1e6 * limit, 100 * limit / seconds,
               peer > 0 ? fmt::format("{:8.1f} ({:.1f} x)", 1e6 * peer, peer / seconds) : "       -");
}

template <class T>
void bench_calls(const std::string& dtype) {
    const ThreadScope one(1);
    const Limits<T> limits = measure_limits<T>();
    for (const Eigen::Index rank : {1, 48, 95}) {
        Rng rng(3);
        auto network = HiddenNetwork<T>::draw(rank, rng, kDim);
        const Vector<T> x = random_point<T>(rng);
        const double sines = static_cast<double>(rank + kDim) * limits.sine;
        const double products = 4.0 * static_cast<double>(rank * kDim) / limits.flops;
        const Peer peer = measure_pytorch(rank, dtype);
        print_row(dtype, rank, "value", median_seconds([&] { (void)network.value(x); }), sines + products,
                  peer.value);
        print_row(dtype, rank, "gradient", median_seconds([&] { (void)network.gradient(x); }),
                  2 * sines + 2 * products, peer.gradient);
    }
}

void bench_game(const std::string& name, std::int64_t rounds, probe::Precision precision,
                probe::Questions questions) {
    probe::RankGameOptions options;
    options.rounds = rounds;
    options.precision = precision;
    options.questions = questions;
    const double start = bench::now();
    const auto game = play_rank_game(options);
    const double seconds = bench::now() - start;
    double calls = 0;
    for (const auto& round : game.rounds)
        calls += static_cast<double>(round.calls.values + round.calls.gradients);
    fmt::print("{:<20} {:>6} {:>6} {:>6} {:>6} {:>10.1f} {:>10.0f}\n", name, rounds, game.right(),
               game.undecided(), game.wrong(), calls / static_cast<double>(rounds),
               static_cast<double>(rounds) / seconds);
}

}  // namespace

int main(int argc, char** argv) {
    const ThreadScope threads(argc > 1 ? std::atoi(argv[1]) : 0);
    const double distance = distance_from_closed_form();
    fmt::print("Verified: gradients of the tape and of the closed form differ by {:.1e}\n\n", distance);
    if (!(distance < 1e-9)) {
        fmt::print(stderr, "rank_probe_bench: the gradient is wrong, so its time means nothing\n");
        return 1;
    }
    fmt::print("{:<8} {:>4}  {:<9} {:>8} {:>8} {:>11}  {}\n", "1 thread", "r", "", "us", "limit us",
               "of limit", "PyTorch us");
    bench_calls<float>("float32");
    bench_calls<double>("float64");
    fmt::print("\n{:<20} {:>6} {:>6} {:>6} {:>6} {:>10} {:>10}\n",
               fmt::format("games, {} threads", threads.count()), "rounds", "right", "undec.", "wrong",
               "calls", "rounds/s");
    using probe::Precision;
    using probe::Questions;
    bench_game("gradients, float32", 10000, Precision::kFloat32, Questions::kGradients);
    bench_game("gradients, float64", 10000, Precision::kFloat64, Questions::kGradients);
    bench_game("values, float64", 200, Precision::kFloat64, Questions::kValues);
    bench_game("values, float32", 50, Precision::kFloat32, Questions::kValues);
    return 0;
}
