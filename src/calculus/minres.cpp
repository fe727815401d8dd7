#include "calculus/minres.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "calculus/checked_apply.hpp"

namespace eckart::calculus {

MinresResult minres(const LinearOperator& a, double shift, const VectorD& b, const MinresLimits& limits,
                    double& norm) {
    MinresResult result{VectorD::Zero(b.size()), 0};
    // Lanczos: A V = V T, T tridiagonal with alpha on and beta beside the diagonal.
    VectorD v = b;
    VectorD v_before = VectorD::Zero(b.size());
    double beta = 0;
    // Givens rotations make T upper triangular with three diagonals; W = V R^-1.
    VectorD w = VectorD::Zero(b.size());
    VectorD w_before = w;
    double cosine = 1;
    double sine = 0;
    double cosine_before = 1;
    double sine_before = 0;
    double residual = 1;
    while (result.iterations < limits.iterations && std::abs(residual) > limits.residual &&
           result.y.stableNorm() < limits.solution_norm) {
        VectorD next = checked_apply(a, v);
        norm = std::max(norm, next.stableNorm());
        next -= shift * v + beta * v_before;
        const double alpha = v.dot(next);
        next -= alpha * v;
        const double beta_next = next.stableNorm();

        const double third = sine_before * beta;
        const double second = sine * alpha + cosine_before * cosine * beta;
        const double delta = cosine * alpha - cosine_before * sine * beta;
        cosine_before = cosine;
        sine_before = sine;
        double first = std::hypot(delta, beta_next);
        const double smallest =
            std::max(std::numeric_limits<double>::epsilon() * norm, std::numeric_limits<double>::min());
        if (first >= smallest) {
            cosine = delta / first;
            sine = beta_next / first;
        } else {
            // The space holds a null vector of A - shift I: an eigenvector, which then dominates y as it does
            // in exact inverse iteration with a shift next to an eigenvalue.
            first = smallest;
            cosine = 1;
            sine = 0;
        }
        w_before = (v - third * w_before - second * w) / first;
        std::swap(w, w_before);
        result.y += cosine * residual * w;
        residual *= -sine;
        ++result.iterations;
        if (beta_next == 0) break;
        v_before = v;
        v = next / beta_next;
        beta = beta_next;
    }
    return result;
}

}  // namespace eckart::calculus
