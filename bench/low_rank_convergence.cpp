// The picture of docs/maths/low-rank-objective.md: how fast ALS and Newton-CG come to the optimum. Prints a
// gnuplot script with its data:
//
//   low_rank_convergence | gnuplot > docs/images/low-rank-convergence.png

#include <fmt/core.h>

#include <cmath>
#include <string>
#include <vector>

#include "eckart/calculus/minimize_low_rank.hpp"
#include "eckart/core/random_matrix.hpp"
#include "eckart/linalg/qr.hpp"

namespace {

using namespace eckart;
using calculus::LowRankIteration;

constexpr Eigen::Index kSize = 200;
constexpr Eigen::Index kRank = 10;

/// Singular values 0.9^i: s_11 / s_10 = 0.9.
MatrixD matrix_with_gap() {
    Rng rng(1);
    const auto rotation = [&] { return linalg::thin_qr(normal_matrix<double>(kSize, kSize, rng)).q; };
    VectorD s(kSize);
    for (Eigen::Index i = 0; i < kSize; ++i) s[i] = std::pow(0.9, static_cast<double>(i));
    return rotation() * s.asDiagonal() * rotation();
}

void print_data(const std::string& name, const std::vector<LowRankIteration>& history) {
    fmt::print("${} << EOD\n", name);
    for (std::size_t i = 0; i < history.size(); ++i)
        fmt::print("{} {:.3e}\n", i, history[i].relative_gradient);
    fmt::print("EOD\n");
}

int products(const std::vector<LowRankIteration>& history) {
    int sum = 0;
    for (const LowRankIteration& iteration : history) sum += iteration.hessian_products;
    return sum;
}

}  // namespace

int main() {
    const calculus::LowRankObjective objective(matrix_with_gap(), VectorD::Ones(kRank));
    const calculus::Factors start = random_start(objective, 1);
    calculus::LowRankSolverOptions options;
    options.gradient_tolerance = 1e-12;
    const auto als = alternating_least_squares(objective, start, options);
    const auto newton = newton_cg(objective, start, options);
    print_data("als", als.history);
    print_data("newton", newton.history);
    fmt::print(
        "set terminal pngcairo size 900,520 font 'Sans,12' enhanced\n"
        "set logscale y\nset format y '10^{{%T}}'\nset encoding utf8\nset grid\nset key top right\n"
        "set xlabel 'iteration'\nset ylabel 'relative gradient'\nset yrange [1e-16:10]\n"
        "plot $als with lines linewidth 2 title 'ALS: linear, by 0.9^2 per iteration', \\\n"
        "     $newton with linespoints linewidth 2 pointtype 7 title 'Newton-CG: quadratic ({} products with "
        "the "
        "Hessian)'\n",
        products(newton.history));
    return 0;
}
