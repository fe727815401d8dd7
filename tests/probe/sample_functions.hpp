#pragma once

#include <algorithm>
#include <cmath>
#include <complex>
#include <functional>
#include <vector>

#include "eckart/core/random_matrix.hpp"
#include "eckart/core/rng.hpp"
#include "eckart/linalg/qr.hpp"
#include "eckart/linalg/svd.hpp"
#include "eckart/probe/active_subspace.hpp"
#include "eckart/probe/box.hpp"
#include "eckart/probe/oracle.hpp"

namespace eckart::test {

/// An oracle from two functions, with normal noise of standard deviation `sigma` on values; it remembers the
/// points of all values and the sizes of batches.
struct FunctionOracle final : probe::GradientOracle<double> {
    using Value = std::function<double(const VectorD&)>;
    using Gradient = std::function<VectorD(const VectorD&)>;

    FunctionOracle(Eigen::Index n, Value value_of, Gradient gradient_of = {})
        : size(n), f(std::move(value_of)), g(std::move(gradient_of)) {}

    [[nodiscard]] Eigen::Index dim() const override { return size; }
    double value(const VectorD& x) override {
        asked.push_back(x);
        const double exact = f(x);
        return sigma > 0 ? exact + sigma * noise.normal() : exact;
    }
    VectorD values(const MatrixD& points) override {
        batches.push_back(points.rows());
        return ValueOracle::values(points);
    }
    VectorD gradient(const VectorD& x) override { return g(x); }

    probe::ActiveSubspace from_values(std::uint64_t seed, const probe::ActiveSubspaceOptions& options = {}) {
        return find_active_subspace(static_cast<probe::ValueOracle<double>&>(*this), Rng(seed), options);
    }
    probe::ActiveSubspace from_gradients(std::uint64_t seed,
                                         const probe::ActiveSubspaceOptions& options = {}) {
        return find_active_subspace(*this, Rng(seed), options);
    }

    Eigen::Index size;
    Value f;
    Gradient g;
    double sigma = 0;
    Rng noise{77};
    std::vector<VectorD> asked;
    std::vector<Eigen::Index> batches;
};

/// A function of r linear combinations A x, with A (r, n).
struct Ridge {
    MatrixD a;
    FunctionOracle oracle;
};

/// Sum of one-dimensional functions of the combinations, and in one case of four their product too. The
/// combinations are random, with singular values within a factor of 6 from each other.
inline Ridge random_ridge(Eigen::Index n, Eigen::Index r, Rng& rng) {
    auto mix = linalg::thin_svd<double>(normal_matrix<double>(r, r, rng));
    for (double& s : mix.s) s = std::pow(10.0, rng.uniform(-0.4, 0.4));
    const MatrixD rows = linalg::thin_qr<double>(normal_matrix<double>(n, r, rng)).q.transpose();
    const MatrixD a = mix.u * mix.s.asDiagonal() * mix.vt * rows;
    std::vector<std::uint64_t> kinds;
    VectorD shift(r);
    for (double& s : shift) {
        s = rng.uniform(-0.5, 0.5);
        kinds.push_back(rng.index(6));
    }
    const double product = rng.index(4) == 0 ? 0.5 : 0;
    const auto f = [=](const VectorD& x) {
        const VectorD y = a * x;
        double sum = product * y.prod();
        for (Eigen::Index i = 0; i < r; ++i) {
            const double t = y[i] + shift[i];
            switch (kinds[static_cast<std::size_t>(i)]) {
                case 0:
                    sum += std::tanh(t);
                    break;
                case 1:
                    sum += std::sin(2 * t);
                    break;
                case 2:
                    sum += t * t / 2 + t;
                    break;
                case 3:
                    sum += std::exp(t / 2);
                    break;
                case 4:
                    sum += t * t * t / 3;
                    break;
                default:
                    sum += std::log1p(t * t) + t / 2;
                    break;
            }
        }
        return sum;
    };
    const auto g = [=](const VectorD& x) -> VectorD {
        const VectorD y = a * x;
        VectorD d(r);
        for (Eigen::Index i = 0; i < r; ++i) {
            const double t = y[i] + shift[i];
            switch (kinds[static_cast<std::size_t>(i)]) {
                case 0:
                    d[i] = 1 / std::pow(std::cosh(t), 2);
                    break;
                case 1:
                    d[i] = 2 * std::cos(2 * t);
                    break;
                case 2:
                    d[i] = t + 1;
                    break;
                case 3:
                    d[i] = std::exp(t / 2) / 2;
                    break;
                case 4:
                    d[i] = t * t;
                    break;
                default:
                    d[i] = 2 * t / (1 + t * t) + 0.5;
                    break;
            }
            double others = product;
            for (Eigen::Index j = 0; j < r; ++j) others *= j == i ? 1 : y[j];
            d[i] += others;
        }
        return a.transpose() * d;
    };
    return {a, FunctionOracle(n, f, g)};
}

/// Largest sine of the angles between the columns of `basis` and the rows of `a`, of which there are as many.
inline double subspace_distance(const MatrixD& basis, const MatrixD& a) {
    const MatrixD rows = linalg::thin_svd<double>(a).vt;
    const MatrixD outside = basis - rows.transpose() * (rows * basis);
    return linalg::thin_svd<double>(outside).s[0];
}

/// Flow through a borehole: radius, radius of influence, transmissivity and head above, the same below,
/// length, conductivity. M. D. Morris, T. J. Mitchell, D. Ylvisaker, Bayesian design and analysis of computer
/// experiments, Technometrics 35, 1993.
struct Borehole {
    static probe::Box box() {
        return {VectorD{{0.05, 100, 63070, 990, 63.1, 700, 1120, 9855}},
                VectorD{{0.15, 50000, 115600, 1110, 116, 820, 1680, 12045}}};
    }
    template <class T>
    static T value(const Vector<T>& x) {
        const T logarithm = std::log(x[1] / x[0]);
        const T inner = 1.0 + 2.0 * x[6] * x[2] / (logarithm * x[0] * x[0] * x[7]) + x[2] / x[4];
        return 2 * M_PI * x[2] * (x[3] - x[5]) / (logarithm * inner);
    }
};

/// Weight of the wing of a light aircraft: area, fuel, aspect ratio, sweep, pressure, taper, thickness, load
/// factor, gross weight, paint. A. Forrester, A. Sobester, A. Keane, Engineering Design via Surrogate
/// Modelling, 2008.
struct WingWeight {
    static probe::Box box() {
        return {VectorD{{150, 220, 6, -10, 16, 0.5, 0.08, 2.5, 1700, 0.025}},
                VectorD{{200, 300, 10, 10, 45, 1, 0.18, 6, 2500, 0.08}}};
    }
    template <class T>
    static T value(const Vector<T>& x) {
        using std::cos;
        using std::pow;
        const T sweep = cos(x[3] * (M_PI / 180));
        return 0.036 * pow(x[0], 0.758) * pow(x[1], 0.0035) * pow(x[2] / (sweep * sweep), 0.6) *
                   pow(x[4], 0.006) * pow(x[5], 0.04) * pow(100.0 * x[6] / sweep, -0.3) *
                   pow(x[7] * x[8], 0.49) +
               x[0] * x[9];
    }
};

/// Hartmann's flow of a conducting fluid between plates: average velocity, or the induced magnetic field, as
/// functions of the logarithms of viscosity, density, pressure gradient, resistivity and applied field.
/// Formulas and ranges of A. Glaws, P. G. Constantine, J. N. Shadid, T. M. Wildey, Dimension reduction in
/// magnetohydrodynamics power generation models, Statistical Analysis and Data Mining 10, 2017.
template <bool kVelocity>
struct Hartmann {
    static probe::Box box() {
        return {VectorD{{0.05, 1, 0.5, 0.5, 0.1}}.array().log(), VectorD{{0.2, 5, 3, 3, 1}}.array().log()};
    }
    template <class T>
    static T value(const Vector<T>& logs) {
        const Vector<T> x = logs.array().exp();
        const T ha = x[4] / std::sqrt(x[3] * x[0]);
        if (kVelocity) return -x[2] * x[3] / (x[4] * x[4]) * (1.0 - ha / std::tanh(ha));
        return x[2] / (2.0 * x[4]) * (1.0 - 2.0 / ha * std::tanh(ha / 2.0));
    }
};

/// The gradient of F::value by complex steps: exact to rounding, and nothing it shares with differences.
template <class F>
VectorD complex_step_gradient(const VectorD& x) {
    constexpr double kStep = 1e-100;
    VectorD gradient(x.size());
    for (Eigen::Index i = 0; i < x.size(); ++i) {
        Vector<std::complex<double>> z = x.cast<std::complex<double>>();
        z[i] += std::complex<double>(0, kStep * std::abs(x[i] == 0 ? 1 : x[i]));
        gradient[i] = F::template value<std::complex<double>>(z).imag() / z[i].imag();
    }
    return gradient;
}

template <class F>
FunctionOracle oracle_of() {
    return {F::box().lower.size(), [](const VectorD& x) { return F::template value<double>(x); },
            [](const VectorD& x) { return complex_step_gradient<F>(x); }};
}

template <class F>
probe::ActiveSubspaceOptions options_of() {
    probe::ActiveSubspaceOptions options;
    options.box = F::box();
    return options;
}

}  // namespace eckart::test
