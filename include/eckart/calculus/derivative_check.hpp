#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "eckart/core/matrix.hpp"

#pragma GCC visibility push(default)

namespace eckart::calculus {

/// f: R^n -> R.
using ScalarFunction = std::function<double(const VectorD& x)>;
/// F: R^n -> R^m; a gradient is one with m = n.
using VectorFunction = std::function<VectorD(const VectorD& x)>;
/// (x, v) -> the derivative of F at x along v, that is J(x) v; for a gradient, the Hessian times v.
using DirectionalDerivative = std::function<VectorD(const VectorD& x, const VectorD& v)>;

struct DerivativeCheckOptions {
    int directions = 5;           ///< random directions; each is checked on its own
    double largest_step = 0.1;    ///< relative to max(|x|, 1)
    double smallest_step = 1e-8;  ///< steps fall from the largest by half decades to this
    double tolerance = 1e-7;      ///< largest acceptable floor; see DerivativeCheck
    double smallest_slope = 1.8;  ///< central differences have 2
    std::uint64_t seed = 0;       ///< of the directions

    /// Throws InvalidArgument naming the field.
    void validate() const;
};

/// The error of the exact derivative against the central difference of one step, relative to the larger of
/// both; for a gradient g also to |g| |v| / sqrt(n), the size of a derivative along a typical direction v.
struct StepError {
    double step = 0;
    double error = 0;
};

/// What was seen in the worst direction. A right derivative shows an error that falls with the square of the
/// step (slope 2, the truncation error of central differences) until rounding takes over and lets it rise
/// again; its minimum is the floor, between 1e-12 and 1e-8 for functions computed in double. For a wrong
/// derivative the error stops falling at the size of the mistake. Where the function is a quadratic along the
/// direction, central differences are exact: there is no slope (NaN), only a floor. At a critical point
/// derivative and differences vanish together, and no error is small beside them: there the error must fall
/// with the slope to the last, or be rounding at every step; the floor says nothing.
struct DerivativeCheck {
    std::vector<StepError> steps;  ///< by falling step
    double slope = 0;              ///< steepest over a decade and a half of steps, above the floor; or NaN
    double floor = 0;              ///< smallest error over all steps
    bool passed = false;           ///< floor <= tolerance (or as above), slope >= smallest_slope or NaN
    std::string failure;           ///< one sentence; empty when passed
};

/// Checks `gradient` (n) of `f` at `x` (n): (f(x + h v) - f(x - h v)) / 2h against gradient(x)^T v.
///
/// directions * 2 * (number of steps) + 1 calls of f, one of the gradient. Throws InvalidArgument when x is
/// empty, the gradient has another size, or an option is out of range; NumericalError when a value is NaN or
/// infinite, naming the step.
/// Reference: the error-versus-step test of Nocedal and Wright, Numerical Optimization, 2006, 8.1.
DerivativeCheck check_gradient(const ScalarFunction& f, const VectorFunction& gradient, const VectorD& x,
                               const DerivativeCheckOptions& options = {});

/// Checks `derivative` of `function` (n -> m) at `x`: (F(x + h v) - F(x - h v)) / 2h against derivative(x,
/// v), in the Euclidean norm of R^m. Throws as check_gradient() does.
DerivativeCheck check_jacobian(const VectorFunction& function, const DirectionalDerivative& derivative,
                               const VectorD& x, const DerivativeCheckOptions& options = {});

/// Checks a Hessian-vector product: check_jacobian() of the gradient, and that it is symmetric: |u^T H v -
/// v^T H u| <= tolerance |u| |H v| for random u and v. A Hessian that is right in every direction of one
/// point but not symmetric cannot be one.
DerivativeCheck check_hessian(const VectorFunction& gradient, const DirectionalDerivative& hessian_vector,
                              const VectorD& x, const DerivativeCheckOptions& options = {});

}  // namespace eckart::calculus

#pragma GCC visibility pop
