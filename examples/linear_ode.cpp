// Solves x'(t) = A x(t) by x(t) = exp(t A) x(0), for a damped oscillator, and compares with ten thousand
// steps of Runge and Kutta's method of order 4.
//
//   cmake --preset user -DECKART_BUILD_EXAMPLES=ON && cmake --build --preset user
//   build/user/examples/linear_ode
#include <cmath>
#include <cstdio>
#include <exception>

#include "eckart/linalg/matrix_exponential.hpp"

namespace {

using namespace eckart;

/// x = (place, velocity) of a mass on a spring: place' = velocity, velocity' = -stiffness place - damping
/// velocity.
MatrixD damped_oscillator(double stiffness, double damping) {
    MatrixD a(2, 2);
    a << 0, 1, -stiffness, -damping;
    return a;
}

/// x(t) by `steps` steps of the classical Runge-Kutta method.
VectorD runge_kutta(const MatrixD& a, VectorD x, double t, int steps) {
    const double h = t / steps;
    for (int i = 0; i < steps; ++i) {
        const VectorD k1 = a * x;
        const VectorD k2 = a * (x + h / 2 * k1);
        const VectorD k3 = a * (x + h / 2 * k2);
        const VectorD k4 = a * (x + h * k3);
        x += h / 6 * (k1 + 2 * k2 + 2 * k3 + k4);
    }
    return x;
}

/// The largest difference between both solutions, relative to |x(0)|.
double compare() {
    const MatrixD a = damped_oscillator(4, 0.3);
    const VectorD start{{1, 0}};
    std::printf("%6s %12s %12s %12s %10s\n", "t", "place", "velocity", "difference", "cond");
    double worst = 0;
    for (const double t : {0.0, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0}) {
        const VectorD x = linalg::expm<double>(t * a, "t A") * start;
        const double difference = (x - runge_kutta(a, start, t, 10'000)).norm() / start.norm();
        std::printf("%6.1f %12.8f %12.8f %12.1e %10.2f\n", t, x[0], x[1], difference,
                    linalg::expm_condition<double>(t * a));
        worst = std::fmax(worst, difference);
    }
    return worst;
}

}  // namespace

int main() {
    try {
        // Runge-Kutta's own error is t h^4 |A|^5 / 120, below 1e-8 at t = 20 with h = 0.002.
        if (compare() < 1e-8) return 0;
        std::fprintf(stderr, "the two solutions differ\n");
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
    }
    return 1;
}
