#include "eckart/calculus/derivative_check.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <utility>

#include "eckart/core/error.hpp"
#include "eckart/core/rng.hpp"

namespace eckart::calculus {

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
/// A slope is fitted over so many neighboring steps: a decade and a half.
constexpr std::size_t kWindow = 4;
/// Errors count for the slope while they are so many times above the floor and above what rounding of the
/// function's values makes: below, they are noise.
constexpr double kAboveFloor = 30;

void require(bool condition, const std::string& message) {
    if (!condition) throw InvalidArgument(message);
}

VectorD random_direction(Eigen::Index size, double length, Rng& rng) {
    VectorD v(size);
    for (double& entry : v) entry = rng.normal();
    return v * (length / v.norm());
}

std::vector<double> falling_steps(const DerivativeCheckOptions& options) {
    std::vector<double> steps;
    for (double h = options.largest_step; h >= options.smallest_step * 0.99; h /= std::sqrt(10.0)) {
        steps.push_back(h);
    }
    return steps;
}

double finite_norm(const VectorD& value, double step) {
    const double norm = value.stableNorm();
    if (!std::isfinite(norm)) {
        throw NumericalError(
            fmt::format("derivative check: the function or its derivative is NaN or infinite at "
                        "step {:.3g}; check it at another point or with smaller steps",
                        step));
    }
    return norm;
}

/// A step's error and the part of it that rounding of the function's values can make.
struct Comparison {
    StepError step;
    double rounding = 0;
};

/// The slope of log(error) over log(step), by least squares.
double fitted_slope(std::span<const Comparison> window) {
    double mean_x = 0;
    double mean_y = 0;
    for (const Comparison& c : window) {
        mean_x += std::log(c.step.step) / static_cast<double>(window.size());
        mean_y += std::log(c.step.error) / static_cast<double>(window.size());
    }
    double xy = 0;
    double xx = 0;
    for (const Comparison& c : window) {
        const double x = std::log(c.step.step) - mean_x;
        xy += x * (std::log(c.step.error) - mean_y);
        xx += x * x;
    }
    return xy / xx;
}

/// The steepest slope among the windows that lie above noise; NaN when there is none.
double steepest_slope(std::span<const Comparison> comparisons, double floor) {
    double slope = kNone;
    for (std::size_t begin = 0; begin + kWindow <= comparisons.size(); ++begin) {
        const auto window = comparisons.subspan(begin, kWindow);
        const bool noise = std::ranges::any_of(window, [&](const Comparison& c) {
            return !(c.step.error > kAboveFloor * std::max(floor, c.rounding));
        });
        if (noise) break;
        slope = std::fmax(slope, fitted_slope(window));
    }
    return slope;
}

DerivativeCheck judge(const std::vector<Comparison>& comparisons, const DerivativeCheckOptions& options) {
    DerivativeCheck check;
    for (const Comparison& c : comparisons) check.steps.push_back(c.step);
    check.floor = std::ranges::min(check.steps, {}, &StepError::error).error;
    check.slope = steepest_slope(comparisons, check.floor);
    if (!(check.floor <= options.tolerance)) {
        check.failure = fmt::format(
            "its error never falls below {:.2e} (tolerance {:.0e}): the derivative is "
            "wrong, or the function is too noisy for these steps",
            check.floor, options.tolerance);
    } else if (check.slope < options.smallest_slope) {
        check.failure = fmt::format(
            "its error falls with slope {:.2f} instead of 2: the function is not smooth here", check.slope);
    }
    check.passed = check.failure.empty();
    return check;
}

/// Compares `exact` with central differences of `function` along `v`.
DerivativeCheck check_direction(const VectorFunction& function, const VectorD& exact, const VectorD& x,
                                const VectorD& v, const DerivativeCheckOptions& options) {
    std::vector<Comparison> comparisons;
    double scale = finite_norm(exact, 0);
    for (const double h : falling_steps(options)) {
        const VectorD plus = function(x + h * v);
        const VectorD minus = function(x - h * v);
        require(plus.size() == exact.size() && minus.size() == exact.size(),
                fmt::format("derivative check: the function has {} values, its derivative {}", plus.size(),
                            exact.size()));
        const VectorD difference = (plus - minus) / (2 * h);
        scale = std::max(scale, finite_norm(difference, h));
        const double rounding = std::numeric_limits<double>::epsilon() * (plus.norm() + minus.norm()) / h;
        comparisons.push_back({{h, (difference - exact).stableNorm()}, rounding});
    }
    for (Comparison& c : comparisons) {
        c.step.error = scale > 0 ? c.step.error / scale : 0;
        c.rounding = scale > 0 ? c.rounding / scale : 0;
    }
    return judge(comparisons, options);
}

bool worse(const DerivativeCheck& a, const DerivativeCheck& b) {
    return a.passed != b.passed ? !a.passed : a.floor > b.floor;
}

double step_length(const VectorD& x) {
    require(x.size() > 0, "derivative check: the point has no coordinates");
    return std::max(finite_norm(x, 0), 1.0);
}

}  // namespace

void DerivativeCheckOptions::validate() const {
    require(directions >= 1 && directions <= 1'000'000,
            fmt::format("directions {} is outside 1 .. 1,000,000", directions));
    require(smallest_step >= 1e-300 && largest_step <= 1e3 && smallest_step <= largest_step,
            fmt::format("steps from {:g} down to {:g} are no range within 1e3 .. 1e-300", largest_step,
                        smallest_step));
    require(tolerance > 0 && tolerance < 1, fmt::format("tolerance {:g} is outside 0 .. 1", tolerance));
    require(std::isfinite(smallest_slope), "smallest_slope is NaN or infinite");
}

DerivativeCheck check_jacobian(const VectorFunction& function, const DirectionalDerivative& derivative,
                               const VectorD& x, const DerivativeCheckOptions& options) {
    options.validate();
    const double length = step_length(x);
    Rng rng = Rng(options.seed).fork("derivative check");
    DerivativeCheck worst;
    for (int i = 0; i < options.directions; ++i) {
        const VectorD v = random_direction(x.size(), length, rng);
        DerivativeCheck check = check_direction(function, derivative(x, v), x, v, options);
        if (i == 0 || worse(check, worst)) worst = std::move(check);
    }
    return worst;
}

DerivativeCheck check_gradient(const ScalarFunction& f, const VectorFunction& gradient, const VectorD& x,
                               const DerivativeCheckOptions& options) {
    const VectorD g = gradient(x);
    require(g.size() == x.size(),
            fmt::format("derivative check: the gradient has {} entries, the point {}", g.size(), x.size()));
    const auto one = [](double value) { return VectorD::Constant(1, value); };
    return check_jacobian([&](const VectorD& y) { return VectorD(one(f(y))); },
                          [&](const VectorD&, const VectorD& v) { return VectorD(one(g.dot(v))); }, x,
                          options);
}

DerivativeCheck check_hessian(const VectorFunction& gradient, const DirectionalDerivative& hessian_vector,
                              const VectorD& x, const DerivativeCheckOptions& options) {
    DerivativeCheck check = check_jacobian(gradient, hessian_vector, x, options);
    if (!check.passed) return check;
    Rng rng = Rng(options.seed).fork("symmetry");
    for (int i = 0; i < options.directions; ++i) {
        const VectorD u = random_direction(x.size(), 1, rng);
        const VectorD v = random_direction(x.size(), 1, rng);
        const VectorD hu = hessian_vector(x, u);
        const VectorD hv = hessian_vector(x, v);
        const double asymmetry = std::abs(u.dot(hv) - v.dot(hu));
        const double scale = std::max(hu.norm(), hv.norm());
        if (!(asymmetry <= options.tolerance * scale)) {
            check.passed = false;
            check.failure =
                fmt::format("it is not symmetric: u.Hv - v.Hu is {:.2e} of |Hv|", asymmetry / scale);
            return check;
        }
    }
    return check;
}

}  // namespace eckart::calculus
