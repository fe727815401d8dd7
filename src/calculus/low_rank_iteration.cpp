#include "calculus/low_rank_iteration.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "eckart/core/error.hpp"
#include "eckart/core/rng.hpp"
#include "eckart/linalg/svd.hpp"

namespace eckart::calculus {

namespace {

constexpr int kPatience = 10;

/// a / b, where 0 / 0 is 0.
double ratio(double a, double b) {
    return a == 0 ? 0 : a / b;
}

/// Half the binary exponent of the largest entry, rounded up.
int half_exponent(const MatrixD& a) {
    int exponent = 0;
    std::frexp(a.cwiseAbs().maxCoeff(), &exponent);
    return static_cast<int>(std::ceil(exponent / 2.0));
}

MatrixD times_power_of_two(const MatrixD& a, int exponent) {
    return a.unaryExpr([=](double x) { return std::ldexp(x, exponent); });
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
    const double norm = objective.whitened_x().norm();
    const double deviation = std::sqrt(norm / std::sqrt(entries * static_cast<double>(objective.k())));
    Factors start{MatrixD(objective.n(), objective.k()), MatrixD(objective.k(), objective.p())};
    for (double& entry : start.u.reshaped()) entry = deviation * rng.normal();
    for (double& entry : start.v.reshaped()) entry = deviation * rng.normal();
    return start;
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
      whitened_(times_power_of_two(objective.whitened_x(), -2 * exponent_), objective.d()),
      options_(options),
      at_(std::move(start)),
      best_gradient_(std::numeric_limits<double>::infinity()) {
    options.validate();
    objective.require_fitting(at_);
    at_ = {times_power_of_two(at_.u, -exponent_), times_power_of_two(objective.whiten(at_.v), -exponent_)};
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
    return {{times_power_of_two(at_.u, exponent_), objective_.unwhiten(times_power_of_two(at_.v, exponent_))},
            std::move(history_),
            outcome_};
}

}  // namespace eckart::calculus
