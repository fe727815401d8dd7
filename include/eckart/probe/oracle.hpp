#pragma once

#include <cstdint>

#include "eckart/core/matrix.hpp"

#pragma GCC visibility push(default)

namespace eckart::probe {

/// A function f: R^n -> R that can only be asked for values. What answers may be a formula, a simulation or
/// another program; it need not be exact.
template <class T>
class ValueOracle {
  public:
    virtual ~ValueOracle() = default;
    /// n >= 1.
    [[nodiscard]] virtual Eigen::Index dim() const = 0;
    /// f(x) for x (n).
    virtual T value(const Vector<T>& x) = 0;
    /// (k): f of every row of `points` (k, n), which an oracle may compute together.
    virtual Vector<T> values(const Matrix<T>& points) {
        Vector<T> results(points.rows());
        for (Eigen::Index i = 0; i < points.rows(); ++i) results[i] = value(points.row(i).transpose());
        return results;
    }
};

/// One that can also be asked for gradients.
template <class T>
class GradientOracle : public ValueOracle<T> {
  public:
    /// (n): the gradient of f at x (n).
    virtual Vector<T> gradient(const Vector<T>& x) = 0;
};

/// How often an oracle was asked.
struct Calls {
    std::int64_t values = 0;
    std::int64_t gradients = 0;
};

/// Passes every question on and counts it. Holds a reference.
template <class T>
class CountingOracle final : public GradientOracle<T> {
  public:
    explicit CountingOracle(GradientOracle<T>& oracle) : oracle_(oracle) {}
    [[nodiscard]] Eigen::Index dim() const override { return oracle_.dim(); }
    T value(const Vector<T>& x) override {
        ++calls_.values;
        return oracle_.value(x);
    }
    Vector<T> values(const Matrix<T>& points) override {
        calls_.values += points.rows();
        return oracle_.values(points);
    }
    Vector<T> gradient(const Vector<T>& x) override {
        ++calls_.gradients;
        return oracle_.gradient(x);
    }
    [[nodiscard]] const Calls& calls() const { return calls_; }

  private:
    GradientOracle<T>& oracle_;
    Calls calls_;
};

}  // namespace eckart::probe

#pragma GCC visibility pop
