#include <cmath>
#include <string>

#include "eckart/calculus/low_rank_objective.hpp"
#include "eckart/calculus/minimize_low_rank.hpp"
#include "eckart/calculus/rayleigh_quotient.hpp"
#include "selfcheck/checks.hpp"

namespace eckart::selfcheck {

namespace {

using calculus::DerivativeCheckOptions;
using calculus::LowRankHessian;
using calculus::LowRankObjective;
using calculus::RayleighQuotient;

std::vector<Finding> low_rank(const LowRankObjective& objective, Rng rng) {
    const Eigen::Index n = objective.n();
    const Eigen::Index k = objective.k();
    const Eigen::Index p = objective.p();
    const VectorD x = normal_matrix<double>(k * (n + p), 1, rng);
    const auto at = [=](const VectorD& vector) { return calculus::to_factors(vector, n, k, p); };
    const auto value = [&](const VectorD& y) { return objective.value(at(y)); };
    const auto gradient = [&](const VectorD& y) { return to_vector(objective.gradient(at(y))); };
    const auto hessian = [&](const VectorD& y, const VectorD& v) {
        return to_vector(LowRankHessian(objective, at(y)).times(at(v)));
    };
    const double optimum = low_rank_optimum(objective);
    const double minimum = newton_cg(objective, calculus::random_start(objective, rng.next_u64())).value();
    const DerivativeCheckOptions options;
    return {finding_of("gradient", check_gradient(value, gradient, x, options), options.tolerance),
            finding_of("Hessian", check_hessian(gradient, hessian, x, options), options.tolerance),
            compare("minimum by Newton-CG beside the SVD", std::abs(minimum - optimum) / optimum, 1e-10)};
}

std::vector<Finding> rayleigh(Rng rng) {
    const MatrixD b = normal_matrix<double>(30, 30, rng);
    const RayleighQuotient quotient(MatrixD(b + b.transpose()));
    const VectorD x = normal_matrix<double>(30, 1, rng);
    const auto value = [&](const VectorD& y) { return quotient.value(y); };
    const auto gradient = [&](const VectorD& y) { return quotient.gradient(y); };
    const auto hessian = [&](const VectorD& y, const VectorD& v) { return quotient.hessian_vector(y, v); };
    const DerivativeCheckOptions options;
    return {finding_of("gradient", check_gradient(value, gradient, x, options), options.tolerance),
            finding_of("Hessian", check_hessian(gradient, hessian, x, options), options.tolerance)};
}

}  // namespace

std::vector<Check> calculus_checks(const Rng& rng) {
    const auto plain = [=] {
        Rng draw = rng.fork("low rank");
        const MatrixD x = normal_matrix<double>(20, 15, draw);
        return low_rank(LowRankObjective(x, normal_matrix<double>(4, 1, draw)), draw);
    };
    const auto weighted = [=] {
        Rng draw = rng.fork("weighted low rank");
        const MatrixD x = normal_matrix<double>(20, 15, draw);
        const MatrixD inputs = normal_matrix<double>(10, 15, draw);
        const LowRankObjective objective(x, normal_matrix<double>(4, 1, draw), inputs.transpose() * inputs);
        return low_rank(objective, draw);
    };
    return {{"Low-rank objective 1/2 |X - U D V|^2", plain},
            {"Low-rank objective 1/2 |(X - U D V) C^(1/2)|^2", weighted},
            {"Rayleigh quotient", [=] { return rayleigh(rng.fork("Rayleigh")); }}};
}

}  // namespace eckart::selfcheck
