#pragma once

#include <cstdint>

#include "eckart/core/matrix.hpp"
#include "eckart/probe/box.hpp"
#include "eckart/probe/oracle.hpp"

namespace eckart::probe {

/// Puts questions to an oracle in normalized coordinates, counts them and checks every answer. Holds
/// references.
class Questioner {
  public:
    /// `gradients` may be null; otherwise it is `oracle`. `box` has been validated.
    Questioner(ValueOracle<double>& oracle, GradientOracle<double>* gradients, const Box& box,
               std::int64_t max_calls);

    [[nodiscard]] Eigen::Index dim() const { return half_.size(); }
    [[nodiscard]] bool has_gradients() const { return gradients_ != nullptr; }
    [[nodiscard]] const Calls& calls() const { return calls_; }
    [[nodiscard]] std::int64_t asked() const { return calls_.values + calls_.gradients; }
    [[nodiscard]] std::int64_t left() const { return max_calls_ - asked(); }
    /// (n): half the side of the box along each variable.
    [[nodiscard]] const VectorD& half() const { return half_; }

    /// (k): f at every row of z (k, n), in one call. Throws NumericalError, naming the call and the point,
    /// for an answer that is not finite, or for another number of answers.
    VectorD values(const MatrixD& z);
    /// (k, n): the gradients with respect to z.
    MatrixD gradients(const MatrixD& z);

  private:
    ValueOracle<double>& oracle_;
    GradientOracle<double>* gradients_;
    const Box& box_;
    VectorD half_;
    std::int64_t max_calls_;
    Calls calls_;
};

}  // namespace eckart::probe
