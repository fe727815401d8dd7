#include "calculus/low_rank_iteration.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "eckart/core/error.hpp"
#include "eckart/core/random_matrix.hpp"
#include "eckart/linalg/svd.hpp"
#include "linalg/power_of_two.hpp"

namespace eckart::calculus {

using linalg::times_power_of_two;

namespace {

constexpr int kPatience = 10;
/// Lengths within a factor of 100 are similar.
constexpr double kSimilarLengths = 4.6;

/// a / b, where 0 / 0 is 0.
double ratio(double a, double b) {
    return a == 0 ? 0 : a / b;
}

/// Half the binary exponent of the largest entry, rounded up.
int half_exponent(const MatrixD& a) {
    return static_cast<int>(std::ceil(linalg::exponent_of(a) / 2.0));
}

/// |d|^(1/2), and 1 for zeros.
VectorD roots_of(const VectorD& d) {
    return d.unaryExpr([](double x) { return x == 0 ? 1 : std::sqrt(std::abs(x)); });
}

double relative_to_factors(const LowRankObjective& whitened, const Factors& at, const Factors& gradient) {
    const auto d = whitened.d().asDiagonal();
    const double of_u = ratio(gradient.u.norm(), (d * at.v).norm());
    const double of_v = ratio(gradient.v.norm(), (at.u * d).norm());
    return ratio(std::max(of_u, of_v), whitened.whitened_x().norm());
}

}  // namespace

void LowRankSolverOptions::validate() const {
    const auto require = [](bool condition, const std::string& message) {
        if (!condition) throw InvalidArgument(message);
    };
    require(max_iterations >= 1, fmt::format("max_iterations {} is below 1", max_iterations));
    require(max_cg_iterations >= 1, fmt::format("max_cg_iterations {} is below 1", max_cg_iterations));
    require(gradient_tolerance > 0 && gradient_tolerance < 1,
            fmt::format("gradient_tolerance {:g} is outside 0 .. 1", gradient_tolerance));
}

std::string to_string(LowRankOutcome outcome) {
    switch (outcome) {
        case LowRankOutcome::kConverged:
            return "converged";
        case LowRankOutcome::kIterationLimit:
            return "iteration limit";
        case LowRankOutcome::kStalled:
            return "stalled";
        case LowRankOutcome::kInterrupted:
            break;
    }
    return "interrupted";
}

Factors random_start(const LowRankObjective& objective, std::uint64_t seed) {
    Rng rng = Rng(seed).fork("low-rank start");
    const auto entries = static_cast<double>(objective.n()) * static_cast<double>(objective.p());
    const double norm = objective.whitened_x().stableNorm();
    const double deviation = std::sqrt(norm) / std::pow(entries * static_cast<double>(objective.k()), 0.25);
    const MatrixD u = deviation * normal_matrix<double>(objective.n(), objective.k(), rng);
    const MatrixD v = deviation * normal_matrix<double>(objective.k(), objective.p(), rng);
    const VectorD root = roots_of(objective.d()).cwiseInverse();
    return {u * root.asDiagonal(), root.asDiagonal() * v};
}

double low_rank_optimum(const LowRankObjective& objective) {
    const VectorD s = linalg::thin_svd<double>(objective.whitened_x(), "the whitened X").s;
    const auto kept = (objective.d().array() != 0).count();
    return s.tail(s.size() - kept).squaredNorm() / 2;
}

LowRankMinimization::LowRankMinimization(const LowRankObjective& objective, Factors start,
                                         const LowRankSolverOptions& options)
    : objective_(objective),
      exponent_(half_exponent(objective.whitened_x())),
      whitened_(times_power_of_two(objective.whitened_x(), -2 * exponent_), objective.d().cwiseSign()),
      options_(options),
      at_(std::move(start)),
      best_gradient_(std::numeric_limits<double>::infinity()) {
    options.validate();
    objective.require_fitting(at_);
    const VectorD root = roots_of(objective.d());
    at_ = {times_power_of_two(at_.u, -exponent_) * root.asDiagonal(),
           root.asDiagonal() * times_power_of_two(objective.whiten(at_.v), -exponent_)};
    balance_start();
}

/// Brings column i of U and row i of V to similar lengths where these differ by far, which leaves the product
/// as it is, and shrinks both where together they are longer than X: from far outside, where X is but
/// rounding beside U V, no step would lead back. Never to equal lengths: for n = p = k = 1 and u v of the
/// wrong sign, u = -v is a way into the saddle at 0.
void LowRankMinimization::balance_start() {
    double log_product = -std::numeric_limits<double>::infinity();
    for (Eigen::Index i = 0; i < at_.u.cols(); ++i) {
        const double u = at_.u.col(i).stableNorm();
        const double v = at_.v.row(i).stableNorm();
        if (u == 0 || v == 0) continue;
        log_product = std::max(log_product, std::log(u) + std::log(v));
        if (std::abs(std::log(u / v)) < kSimilarLengths) continue;
        const double length = std::sqrt(u) * std::sqrt(v);
        at_.u.col(i) *= 2 * (length / u);
        at_.v.row(i) *= length / v / 2;
    }
    const double excess = log_product - std::log(whitened_.whitened_x().norm());
    if (!(excess > 0)) return;
    const double shrink = std::exp(-excess / 2);
    at_.u *= shrink;
    at_.v *= shrink;
}

void LowRankMinimization::record(int hessian_products) {
    ValueAndGradient now = whitened_.value_and_gradient(at_);
    gradient_ = std::move(now.gradient);
    history_.push_back({std::ldexp(now.value, 4 * exponent_), relative_to_factors(whitened_, at_, gradient_),
                        hessian_products});
}

bool LowRankMinimization::finished() {
    const double gradient = history_.back().relative_gradient;
    without_progress_ = gradient < best_gradient_ ? 0 : without_progress_ + 1;
    best_gradient_ = std::min(best_gradient_, gradient);
    if (gradient <= options_.gradient_tolerance) {
        outcome_ = LowRankOutcome::kConverged;
    } else if (without_progress_ >= kPatience && gradient < 1e-7) {
        outcome_ = LowRankOutcome::kStalled;
    } else {
        return history_.size() > static_cast<std::size_t>(options_.max_iterations);
    }
    return true;
}

LowRankSolution LowRankMinimization::solution() {
    const VectorD root = roots_of(objective_.d()).cwiseInverse();
    const MatrixD vw = root.asDiagonal() * times_power_of_two(at_.v, exponent_);
    return {{times_power_of_two(at_.u, exponent_) * root.asDiagonal(), objective_.unwhiten(vw)},
            std::move(history_),
            outcome_};
}

}  // namespace eckart::calculus
