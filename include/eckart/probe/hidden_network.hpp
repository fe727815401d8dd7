#pragma once

#include "eckart/core/rng.hpp"
#include "eckart/probe/oracle.hpp"
#include "eckart/probe/tape.hpp"

#pragma GCC visibility push(default)

namespace eckart::probe {

/// The function of the rank game, f(x) = |sin(W2 cos(W1 x))|^2 for W1 (r, n), W2 (n, r), computed in T. Its
/// gradient comes from a Tape. A value costs 4 r n flops and r + n sines and cosines, a gradient three times
/// that.
template <class T>
class HiddenNetwork final : public GradientOracle<T> {
  public:
    /// Throws InvalidArgument unless w1 is (r, n) and w2 is (n, r) with r, n >= 1.
    HiddenNetwork(Matrix<T> w1, Matrix<T> w2);
    /// Entries uniform in [0, 100), W1 first, row by row; rounded to float for double as well, so that both
    /// play the same games. Throws InvalidArgument unless rank >= 1 and dim >= 1.
    static HiddenNetwork draw(Eigen::Index rank, Rng& rng, Eigen::Index dim = 100);

    [[nodiscard]] Eigen::Index dim() const override { return w1_.cols(); }
    T value(const Vector<T>& x) override;
    /// The same formula as two matrix products: other last digits than value().
    Vector<T> values(const Matrix<T>& points) override;
    Vector<T> gradient(const Vector<T>& x) override;

    /// For the referee and for tests; a player holds the oracle and cannot ask.
    [[nodiscard]] Eigen::Index rank() const { return w1_.rows(); }
    [[nodiscard]] const Matrix<T>& w1() const { return w1_; }
    [[nodiscard]] const Matrix<T>& w2() const { return w2_; }

  private:
    typename Tape<T>::Variable write_down(typename Tape<T>::Variable x);

    Matrix<T> w1_;
    Matrix<T> w2_;
    Tape<T> tape_;
};

}  // namespace eckart::probe

#pragma GCC visibility pop
