// The picture of docs/maths/rayleigh-quotient.md: residual against iteration for Rayleigh quotient iteration,
// inverse iteration and LOBPCG, all from one start to the smallest eigenvalue of the Laplacian on 20 x 20
// points. Prints a gnuplot script with its data:
//
//   eigensolver_convergence | gnuplot > docs/images/rayleigh-convergence.png

#include <fmt/core.h>

#include <Eigen/LU>
#include <cmath>
#include <cstdio>
#include <string>

#include "eckart/calculus/lobpcg.hpp"
#include "eckart/calculus/rayleigh_iteration.hpp"
#include "eckart/core/rng.hpp"
#include "eckart/linalg/symmetric_eigen.hpp"
#include "laplacian.hpp"

namespace {

using namespace eckart;

constexpr Eigen::Index kSide = 20;

template <class History>
void print_data(const std::string& name, const History& history, double norm) {
    fmt::print("${} << EOD\n", name);
    for (std::size_t i = 0; i < history.size(); ++i) fmt::print("{} {:.3e}\n", i, history[i].residual / norm);
    fmt::print("EOD\n");
}

}  // namespace

int main() {
    const calculus::LinearOperator laplacian = test::laplacian(kSide, kSide);
    const MatrixD a = laplacian.apply(MatrixD::Identity(laplacian.size, laplacian.size));
    const auto eigen = linalg::symmetric_eigen(a);
    const double norm = eigen.values[laplacian.size - 1];

    Rng rng(1);
    VectorD noise(laplacian.size);
    for (double& entry : noise) entry = rng.normal();
    const VectorD start = eigen.vectors.col(0) + 0.2 * noise.normalized();

    calculus::RayleighIterationOptions iteration;
    iteration.tolerance = 1e-16;
    iteration.max_iterations = 60;
    // Its last steps are rounding: enough of them are kept to show where it ends.
    const auto quotient = calculus::rayleigh_iteration(a, start, iteration);
    const auto inverse = calculus::inverse_iteration(a, 0, start, iteration);

    calculus::LobpcgOptions options;
    options.tolerance = 5e-15;
    options.start = start;
    const auto plain = calculus::lobpcg(laplacian, options);
    options.preconditioner = calculus::matrix_operator(a.inverse());
    const auto preconditioned = calculus::lobpcg(laplacian, options);
    for (const double value :
         {quotient.eigenvalue, inverse.eigenvalue, plain.values[0], preconditioned.values[0]}) {
        if (!(std::abs(value - eigen.values[0]) <= 1e-13 * norm)) {
            fmt::print(stderr, "eigensolver_convergence: {} is not the smallest eigenvalue {}\n", value,
                       eigen.values[0]);
            return 1;
        }
    }

    print_data("quotient", quotient.history, norm);
    print_data("inverse", inverse.history, norm);
    print_data("plain", plain.history, norm);
    print_data("preconditioned", preconditioned.history, norm);
    fmt::print(
        "set terminal pngcairo size 900,520 font 'Sans,12' noenhanced\n"
        "set logscale y\nset format y '%.0e'\nset encoding utf8\nset grid\nset key top right\n"
        "set xlabel 'iteration'\nset ylabel 'residual |A x - rho x| / |A|'\n"
        "set xrange [0:60]\nset yrange [1e-17:10]\n"
        "plot $quotient with linespoints linewidth 2 pointtype 7 title 'Rayleigh quotient iteration: cubic', "
        "\\\n"
        "     $preconditioned with linespoints linewidth 2 pointtype 5 title 'LOBPCG, preconditioned by the "
        "inverse', \\\n"
        "     $inverse with linespoints linewidth 2 pointtype 9 title 'inverse iteration, shift 0: linear, "
        "by "
        "{:.2f}', \\\n"
        "     $plain with linespoints linewidth 2 pointtype 3 title 'LOBPCG, no preconditioner'\n",
        eigen.values[0] / eigen.values[1]);
    return 0;
}
