#include "eckart/calculus/derivative_check.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <utility>

#include "eckart/core/error.hpp"
#include "eckart/core/random_matrix.hpp"

namespace eckart::calculus {

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
/// A slope is fitted over so many neighboring steps: a decade and a half.
constexpr std::size_t kWindow = 4;
/// Errors count for a slope while they are so many times above what rounding of the function's values makes
/// (and above the smallest error): below, they are noise.
constexpr double kAboveRounding = 30;

void require(bool condition, const std::string& message) {
    if (!condition) throw InvalidArgument(message);
}

VectorD random_direction(Eigen::Index size, double length, Rng& rng) {
    const VectorD v = normal_matrix<double>(size, 1, rng);
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

/// What one step shows.
struct Comparison {
    StepError step;        ///< relative to the larger of derivative and difference
    double error = 0;      ///< absolute
    double rounding = 0;   ///< the part of it that rounding of the function's values can make
    bool changes = false;  ///< the function changes by more than its rounding
};

/// The slope of log(error) over log(step), by least squares.
double fitted_slope(std::span<const Comparison> window) {
    double mean_x = 0;
    double mean_y = 0;
    for (const Comparison& c : window) {
        mean_x += std::log(c.step.step) / static_cast<double>(window.size());
        mean_y += std::log(c.error) / static_cast<double>(window.size());
    }
    double xy = 0;
    double xx = 0;
    for (const Comparison& c : window) {
        const double x = std::log(c.step.step) - mean_x;
        xy += x * (std::log(c.error) - mean_y);
        xx += x * x;
    }
    return xy / xx;
}

struct Slopes {
    double steepest = kNone;
    double last = kNone;  ///< at the smallest steps that lie above noise
};

/// The slopes of the windows whose errors exceed `noise(comparison)`, from the largest step on.
template <class Noise>
Slopes slopes_above(std::span<const Comparison> comparisons, Noise noise) {
    Slopes slopes;
    for (std::size_t begin = 0; begin + kWindow <= comparisons.size(); ++begin) {
        const auto window = comparisons.subspan(begin, kWindow);
        if (std::ranges::any_of(window, [&](const Comparison& c) { return !(c.error > noise(c)); })) break;
        slopes.last = fitted_slope(window);
        slopes.steepest = std::fmax(slopes.steepest, slopes.last);
    }
    return slopes;
}

/// Whether the derivative is right as far as can be seen where it vanishes together with its differences, so
/// that no error is small relative to them: all errors are rounding, or they fall with the step until they
/// are.
bool right_at_critical_point(std::span<const Comparison> comparisons, double exact,
                             const DerivativeCheckOptions& options) {
    const auto noise = [](const Comparison& c) { return kAboveRounding * c.rounding; };
    const bool rounding_only =
        std::ranges::all_of(comparisons, [&](const Comparison& c) { return c.error <= noise(c); });
    if (rounding_only) return exact == 0 || std::ranges::any_of(comparisons, &Comparison::changes);
    return slopes_above(comparisons, noise).last >= options.smallest_slope;
}

DerivativeCheck judge(const std::vector<Comparison>& comparisons, double exact,
                      const DerivativeCheckOptions& options) {
    DerivativeCheck check;
    for (const Comparison& c : comparisons) check.steps.push_back(c.step);
    check.floor = std::ranges::min(check.steps, {}, &StepError::error).error;
    const double smallest = std::ranges::min(comparisons, {}, &Comparison::error).error;
    check.slope = slopes_above(comparisons, [&](const Comparison& c) {
                      return kAboveRounding * std::max(smallest, c.rounding);
                  }).steepest;
    if (!(check.floor <= options.tolerance) && !right_at_critical_point(comparisons, exact, options)) {
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

/// Compares `exact` with central differences of `function` along `v`; `center` is its value at `x`.
DerivativeCheck check_direction(const VectorFunction& function, const VectorD& exact, const VectorD& center,
                                double typical, const VectorD& x, const VectorD& v,
                                const DerivativeCheckOptions& options) {
    std::vector<Comparison> comparisons;
    const double size = finite_norm(exact, 0);
    for (const double h : falling_steps(options)) {
        const VectorD plus = function(x + h * v);
        const VectorD minus = function(x - h * v);
        require(plus.size() == exact.size() && minus.size() == exact.size(),
                fmt::format("derivative check: the function has {} values, its derivative {}", plus.size(),
                            exact.size()));
        const VectorD difference = (plus - minus) / (2 * h);
        const double scale = std::max({size, typical, finite_norm(difference, h)});
        Comparison c;
        c.error = (difference - exact).stableNorm();
        c.step = {h, scale > 0 ? c.error / scale : 0};
        c.rounding = std::numeric_limits<double>::epsilon() * (plus.stableNorm() + minus.stableNorm()) / h;
        c.changes = std::max((plus - center).stableNorm(), (minus - center).stableNorm()) >
                    kAboveRounding * c.rounding * h;
        comparisons.push_back(c);
    }
    return judge(comparisons, size, options);
}

bool worse(const DerivativeCheck& a, const DerivativeCheck& b) {
    return a.passed != b.passed ? !a.passed : a.floor > b.floor;
}

double step_length(const VectorD& x) {
    require(x.size() > 0, "derivative check: the point has no coordinates");
    return std::max(finite_norm(x, 0), 1.0);
}

/// `typical` is the size of a derivative along a random direction of length 1: one that happens to lie across
/// the gradient has a small derivative and would make rounding look large.
DerivativeCheck check_directions(const VectorFunction& function, const DirectionalDerivative& derivative,
                                 double typical, const VectorD& x, const DerivativeCheckOptions& options) {
    options.validate();
    const double length = step_length(x);
    const VectorD center = function(x);
    require(center.size() > 0, "derivative check: the function has no values");
    Rng rng = Rng(options.seed).fork("derivative check");
    DerivativeCheck worst;
    for (int i = 0; i < options.directions; ++i) {
        const VectorD v = random_direction(x.size(), length, rng);
        DerivativeCheck check =
            check_direction(function, derivative(x, v), center, typical * length, x, v, options);
        if (i == 0 || worse(check, worst)) worst = std::move(check);
    }
    return worst;
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
    return check_directions(function, derivative, 0, x, options);
}

DerivativeCheck check_gradient(const ScalarFunction& f, const VectorFunction& gradient, const VectorD& x,
                               const DerivativeCheckOptions& options) {
    const VectorD g = gradient(x);
    require(g.size() == x.size(),
            fmt::format("derivative check: the gradient has {} entries, the point {}", g.size(), x.size()));
    const auto one = [](double value) { return VectorD::Constant(1, value); };
    const double typical =
        g.stableNorm() / std::sqrt(static_cast<double>(std::max<Eigen::Index>(g.size(), 1)));
    return check_directions([&](const VectorD& y) { return VectorD(one(f(y))); },
                            [&](const VectorD&, const VectorD& v) { return VectorD(one(g.dot(v))); }, typical,
                            x, options);
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
