// In how many directions does a function vary, and in which? Asks a ridge function of 50 variables and the
// flow through a borehole, with noise as a measurement has, for values, and prints what they show.
//
//   cmake --preset user -DECKART_BUILD_EXAMPLES=ON && cmake --build --preset user
//   build/user/examples/effective_dimension
#include <cmath>
#include <cstdio>
#include <exception>
#include <functional>
#include <utility>

#include "eckart/core/random_matrix.hpp"
#include "eckart/probe/active_subspace.hpp"

namespace {

using namespace eckart;

/// A function with normal noise of standard deviation sigma.
struct Measurement final : probe::ValueOracle<double> {
    Measurement(Eigen::Index n, std::function<double(const VectorD&)> function, double noise)
        : size(n), f(std::move(function)), sigma(noise) {}
    [[nodiscard]] Eigen::Index dim() const override { return size; }
    double value(const VectorD& x) override { return f(x) + sigma * rng.normal(); }

    Eigen::Index size;
    std::function<double(const VectorD&)> f;
    double sigma;
    Rng rng{7};
};

/// Flow of water through a borehole (Morris, Mitchell and Ylvisaker 1993).
double borehole(const VectorD& x) {
    const double logarithm = std::log(x[1] / x[0]);
    const double inner = 1 + 2 * x[6] * x[2] / (logarithm * x[0] * x[0] * x[7]) + x[2] / x[4];
    return 2 * M_PI * x[2] * (x[3] - x[5]) / (logarithm * inner);
}

probe::ActiveSubspace look(const char* name, Measurement& function,
                           const probe::ActiveSubspaceOptions& options) {
    auto found = find_active_subspace(function, Rng(1), options);
    std::printf("%s: %s\n  %lld values, noise %.2g, step %.2g\n", name, found.reason.c_str(),
                static_cast<long long>(found.calls.values), found.noise, found.step);
    for (Eigen::Index i = 0; i < 3; ++i) {
        std::printf("  %9.3g in [%.3g, %.3g]\n", found.eigenvalues[i], found.lower[i], found.upper[i]);
    }
    return found;
}

bool run() {
    Rng rng(5);
    const VectorD a = normal_matrix<double>(50, 1, rng).col(0).normalized();
    const auto sine = [&](const VectorD& x) { return std::sin(2 * a.dot(x)); };
    Measurement ridge(50, sine, 1e-3);
    const probe::ActiveSubspace one = look("sin(2 a x)", ridge, {});
    const double cosine = std::abs(one.basis.col(0).dot(a));
    std::printf("  cosine of the first direction and a: %.6f\n", cosine);

    probe::ActiveSubspaceOptions options;
    options.box = {VectorD{{0.05, 100, 63070, 990, 63.1, 700, 1120, 9855}},
                   VectorD{{0.15, 50000, 115600, 1110, 116, 820, 1680, 12045}}};
    Measurement flow(8, borehole, 0.5);
    const probe::ActiveSubspace water = look("borehole", flow, options);
    const VectorD w = water.basis.col(0) * (water.basis(0, 0) < 0 ? -1 : 1);
    std::printf("  radius %.2f, heads %.2f, %.2f, length %.2f\n", w[0], w[3], w[5], w[6]);
    return one.dimension == 1 && cosine > 0.99 && water.dimension == 1;
}

}  // namespace

int main() {
    try {
        if (run()) return 0;
        std::fprintf(stderr, "one direction each was expected\n");
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
    }
    return 1;
}
