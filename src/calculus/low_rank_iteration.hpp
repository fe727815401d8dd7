#pragma once

#include <utility>

#include "eckart/calculus/minimize_low_rank.hpp"

namespace eckart::calculus {

/// What the solvers have in common: whitened variables of moderate size, history and stopping rule. A step
/// turns (U, Vw) into better ones and returns how many products with the Hessian it took.
class LowRankMinimization {
  public:
    LowRankMinimization(const LowRankObjective& objective, Factors start,
                        const LowRankSolverOptions& options);

    /// The same problem without a weight and with signs in the place of d, in (2^-e U |D|^(1/2), 2^-e
    /// |D|^(1/2) Vw), with entries of Xw scaled to at most 1 by 2^-2e, so that no square leaves the range of
    /// double.
    [[nodiscard]] const LowRankObjective& whitened() const { return whitened_; }
    [[nodiscard]] double relative_gradient() const { return history_.back().relative_gradient; }

    template <class Step>
    LowRankSolution run(Step step, const StopRequested& stop) {
        record(0);
        while (!finished()) {
            if (should_stop(stop)) {
                outcome_ = LowRankOutcome::kInterrupted;
                break;
            }
            const int products = step(at_, gradient_);
            record(products);
        }
        return solution();
    }

  private:
    void balance_start();
    void record(int hessian_products);
    bool finished();
    LowRankSolution solution();

    const LowRankObjective& objective_;
    int exponent_;  ///< e
    LowRankObjective whitened_;
    LowRankSolverOptions options_;
    Factors at_;
    Factors gradient_;
    std::vector<LowRankIteration> history_;
    LowRankOutcome outcome_ = LowRankOutcome::kIterationLimit;
    double best_gradient_;
    int without_progress_ = 0;
};

}  // namespace eckart::calculus
