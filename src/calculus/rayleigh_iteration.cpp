#include "eckart/calculus/rayleigh_iteration.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "calculus/checked_apply.hpp"
#include "calculus/minres.hpp"
#include "eckart/core/error.hpp"
#include "eckart/linalg/product.hpp"
#include "eckart/linalg/svd.hpp"
#include "eckart/linalg/symmetric_eigen.hpp"
#include "eckart/linalg/symmetric_solve.hpp"
#include "linalg/power_of_two.hpp"

namespace eckart::calculus {

namespace {

constexpr std::size_t kStagnationWindow = 5;
constexpr double kStagnationFall = 0.99;

struct Solution {
    VectorD y;
    int inner_iterations = 0;
};

VectorD unit_start(const VectorD& start, Eigen::Index size) {
    require_vector(start, size, "the start vector");
    const double largest = size > 0 ? start.cwiseAbs().maxCoeff() : 0;
    if (largest == 0) {
        throw InvalidArgument(
            fmt::format("the start vector ({}) is zero and has no direction; pass another one", size));
    }
    return (start / largest).normalized();
}

/// The loop that the three iterations share. `apply(x)` is A x; `solve(x, step)` is (A - shift I)^-1 x.
/// `norm` is |A|, which both may enlarge.
template <class Apply, class Solve>
RayleighIterationResult iterate(VectorD x, double& norm, bool may_stagnate,
                                const RayleighIterationOptions& options, const Apply& apply,
                                const Solve& solve) {
    RayleighIterationResult result;
    std::vector<RayleighStep>& history = result.history;
    int inner = 0;
    while (true) {
        const VectorD image = apply(x);
        const double value = x.dot(image);
        const double residual = (image - value * x).stableNorm();
        history.push_back({value, residual, inner});
        const std::size_t steps = history.size() - 1;
        if (steps == 0 || residual <= result.residual) {
            result.eigenvalue = value;
            result.vector = x;
            result.residual = residual;
        }
        if (residual <= options.tolerance * norm) {
            result.outcome = RayleighOutcome::kConverged;
            break;
        }
        if (may_stagnate && steps >= kStagnationWindow &&
            residual > kStagnationFall * history[steps - kStagnationWindow].residual) {
            result.outcome = RayleighOutcome::kStagnated;
            break;
        }
        if (static_cast<int>(steps) == options.max_iterations) break;
        Solution solution = solve(x, history.back());
        inner = solution.inner_iterations;
        if (solution.y.isZero(0)) {
            result.outcome = RayleighOutcome::kStagnated;
            break;
        }
        x = solution.y.stableNormalized();
    }
    result.norm = norm;
    return result;
}

/// A 2^-exponent with entries of at most 1, so that no product or solution overflows.
struct ScaledMatrix {
    MatrixD a;
    int exponent = 0;
};

ScaledMatrix scaled(const MatrixD& a, const char* name) {
    linalg::require_finite<double>(a, name);
    linalg::require_symmetric<double>(a, kSymmetryTolerance, name);
    const int exponent = linalg::exponent_of(a);
    return {linalg::times_power_of_two(a, -exponent), exponent};
}

void scale_back(RayleighIterationResult& result, int exponent) {
    result.eigenvalue = std::ldexp(result.eigenvalue, exponent);
    result.residual = std::ldexp(result.residual, exponent);
    result.norm = std::ldexp(result.norm, exponent);
    for (RayleighStep& step : result.history) {
        step.value = std::ldexp(step.value, exponent);
        step.residual = std::ldexp(step.residual, exponent);
    }
}

linalg::SymmetricFactors<double> shifted_factors(const MatrixD& a, double shift) {
    MatrixD shifted = a;
    shifted.diagonal().array() -= shift;
    return linalg::SymmetricFactors<double>(std::move(shifted), "A - shift I");
}

}  // namespace

void RayleighIterationOptions::validate() const {
    if (max_iterations < 0) {
        throw InvalidArgument(fmt::format("max_iterations is {}; it must be at least 0", max_iterations));
    }
    if (!(tolerance > 0 && tolerance < 1)) {
        throw InvalidArgument(fmt::format("tolerance is {}; it must be between 0 and 1", tolerance));
    }
    if (inner_iterations < 2) {
        throw InvalidArgument(fmt::format("inner_iterations is {}; it must be at least 2", inner_iterations));
    }
}

RayleighIterationResult rayleigh_iteration(const MatrixD& a, const VectorD& start,
                                           const RayleighIterationOptions& options) {
    options.validate();
    const ScaledMatrix matrix = scaled(a, "the matrix of a Rayleigh quotient iteration");
    double norm = matrix.a.norm();
    RayleighIterationResult result = iterate(
        unit_start(start, a.rows()), norm, true, options,
        [&](const VectorD& x) -> VectorD { return linalg::multiply<double>(matrix.a, x); },
        [&](const VectorD& x, const RayleighStep& step) -> Solution {
            return {shifted_factors(matrix.a, step.value).solve(x)};
        });
    scale_back(result, matrix.exponent);
    return result;
}

RayleighIterationResult rayleigh_iteration(const LinearOperator& a, const VectorD& start,
                                           const RayleighIterationOptions& options) {
    options.validate();
    require_operator(a);
    double norm = 0;
    return iterate(
        unit_start(start, a.size), norm, true, options,
        [&](const VectorD& x) -> VectorD {
            VectorD image = checked_apply(a, x);
            norm = std::max(norm, image.stableNorm());
            return image;
        },
        [&](const VectorD& x, const RayleighStep& step) -> Solution {
            const MinresLimits limits{std::min(0.1, step.residual / norm), 2 / (options.tolerance * norm),
                                      options.inner_iterations};
            MinresResult inner = minres(a, step.value, x, limits, norm);
            return {std::move(inner.y), inner.iterations};
        });
}

RayleighIterationResult inverse_iteration(const MatrixD& a, double shift, const VectorD& start,
                                          const RayleighIterationOptions& options) {
    options.validate();
    if (!std::isfinite(shift)) {
        throw NumericalError(fmt::format("the shift of an inverse iteration is {}", shift));
    }
    const ScaledMatrix matrix = scaled(a, "the matrix of an inverse iteration");
    const VectorD x = unit_start(start, a.rows());
    const auto factors = shifted_factors(matrix.a, std::ldexp(shift, -matrix.exponent));
    double norm = matrix.a.norm();
    RayleighIterationResult result = iterate(
        x, norm, false, options,
        [&](const VectorD& v) -> VectorD { return linalg::multiply<double>(matrix.a, v); },
        [&](const VectorD& v, const RayleighStep&) -> Solution { return {factors.solve(v)}; });
    scale_back(result, matrix.exponent);
    return result;
}

}  // namespace eckart::calculus
