#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "eckart/core/matrix.hpp"
#include "eckart/model/parameter.hpp"
#include "eckart/ops/backend.hpp"

#pragma GCC visibility push(default)

namespace eckart::model {

/// What a layer needs between its forward and its backward pass, owned by the caller, so that a network can
/// serve several threads. Grows to the largest batch seen.
template <class T>
struct LayerState {
    Matrix<T> hidden;           ///< (batch, r): A x of a factored layer
    Matrix<T> hidden_gradient;  ///< (batch, r)
};

/// Called by a backward pass as soon as a parameter's gradient is complete and its value is no longer needed:
/// an optimizer may change the value at once, while both are in cache.
template <class T>
using GradientReady = std::function<void(Parameter<T>&)>;

/// A fully-connected layer y = W x + b, W (out, in), stored dense or as factors, with or without b.
template <class T>
class Linear {
  public:
    virtual ~Linear() = default;

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] virtual std::int64_t out() const = 0;
    [[nodiscard]] virtual std::int64_t in() const = 0;
    /// Inner dimension of the factors; min(out, in) for a dense layer.
    [[nodiscard]] virtual std::int64_t rank() const = 0;
    [[nodiscard]] virtual bool factored() const = 0;
    /// Multiply-adds for one sample, biases not counted.
    [[nodiscard]] virtual std::int64_t macs() const = 0;
    /// Entries of all parameters.
    [[nodiscard]] std::int64_t parameter_count() const { return macs() + bias().value.size(); }
    /// Weights first, bias last where there is one. Pointers stay valid as long as the layer.
    [[nodiscard]] virtual std::vector<Parameter<T>*> parameters() = 0;
    [[nodiscard]] std::vector<const Parameter<T>*> parameters() const;
    /// W as one matrix (out, in); for a factored layer the product B A, formed on every call.
    [[nodiscard]] virtual Matrix<T> dense_weight() const = 0;
    /// b as (1, out); an empty matrix when the layer has none.
    [[nodiscard]] virtual const Parameter<T>& bias() const = 0;
    [[nodiscard]] virtual std::unique_ptr<Linear<T>> clone() const = 0;

    /// y (batch, out) = f(x Wt + b + residual), x (batch, in); `residual` (batch, out) may be null, f is the
    /// ReLU when `relu`.
    virtual void forward(ops::Backend<T>& backend, ConstMatrixView<T> x, const T* residual, bool relu,
                         MatrixView<T> y, LayerState<T>& state) const = 0;
    /// Gradients of all parameters from x and dy (batch, out), the gradient at f's argument; and dx
    /// (batch, in) unless `dx` is null. `state` is the one that forward left.
    virtual void backward(ops::Backend<T>& backend, ConstMatrixView<T> x, ConstMatrixView<T> dy,
                          MatrixView<T>* dx, LayerState<T>& state, const GradientReady<T>& ready) = 0;

  protected:
    explicit Linear(std::string name) : name_(std::move(name)) {}
    Linear(const Linear&) = default;
    Linear& operator=(const Linear&) = default;

  private:
    std::string name_;
};

/// W stored as it is: `name.weight` (out, in), `name.bias` (out).
template <class T>
class DenseLinear final : public Linear<T> {
  public:
    /// `bias` is (1, out), or empty for none. Throws InvalidArgument when shapes do not fit.
    DenseLinear(std::string name, Matrix<T> weight, Matrix<T> bias);

    [[nodiscard]] std::int64_t out() const override { return weight_.value.rows(); }
    [[nodiscard]] std::int64_t in() const override { return weight_.value.cols(); }
    [[nodiscard]] std::int64_t rank() const override;
    [[nodiscard]] bool factored() const override { return false; }
    [[nodiscard]] std::int64_t macs() const override { return weight_.value.size(); }
    [[nodiscard]] std::vector<Parameter<T>*> parameters() override;
    [[nodiscard]] Matrix<T> dense_weight() const override { return weight_.value; }
    [[nodiscard]] const Parameter<T>& weight() const { return weight_; }
    [[nodiscard]] const Parameter<T>& bias() const override { return bias_; }
    [[nodiscard]] std::unique_ptr<Linear<T>> clone() const override;
    void forward(ops::Backend<T>& backend, ConstMatrixView<T> x, const T* residual, bool relu,
                 MatrixView<T> y, LayerState<T>& state) const override;
    void backward(ops::Backend<T>& backend, ConstMatrixView<T> x, ConstMatrixView<T> dy, MatrixView<T>* dx,
                  LayerState<T>& state, const GradientReady<T>& ready) override;

  private:
    Parameter<T> weight_;
    Parameter<T> bias_;
};

/// W = B A, only the factors stored: `name.0.weight` is A (r, in), `name.1.weight` is B (out, r),
/// `name.1.bias` (out): PyTorch's Sequential(Linear(in, r, bias=False), Linear(r, out)). Computes
/// y = B (A x) + b as two products and never forms W.
template <class T>
class FactoredLinear final : public Linear<T> {
  public:
    /// `b` (out, r), `a` (r, in), r >= 1; `bias` (1, out), or empty for none. Throws InvalidArgument when
    /// shapes do not fit.
    FactoredLinear(std::string name, Matrix<T> b, Matrix<T> a, Matrix<T> bias);

    [[nodiscard]] std::int64_t out() const override { return b_.value.rows(); }
    [[nodiscard]] std::int64_t in() const override { return a_.value.cols(); }
    [[nodiscard]] std::int64_t rank() const override { return a_.value.rows(); }
    [[nodiscard]] bool factored() const override { return true; }
    [[nodiscard]] std::int64_t macs() const override { return a_.value.size() + b_.value.size(); }
    [[nodiscard]] std::vector<Parameter<T>*> parameters() override;
    [[nodiscard]] Matrix<T> dense_weight() const override { return b_.value * a_.value; }
    [[nodiscard]] const Parameter<T>& a() const { return a_; }
    [[nodiscard]] const Parameter<T>& b() const { return b_; }
    [[nodiscard]] const Parameter<T>& bias() const override { return bias_; }
    [[nodiscard]] std::unique_ptr<Linear<T>> clone() const override;
    void forward(ops::Backend<T>& backend, ConstMatrixView<T> x, const T* residual, bool relu,
                 MatrixView<T> y, LayerState<T>& state) const override;
    void backward(ops::Backend<T>& backend, ConstMatrixView<T> x, ConstMatrixView<T> dy, MatrixView<T>* dx,
                  LayerState<T>& state, const GradientReady<T>& ready) override;

  private:
    Parameter<T> a_;
    Parameter<T> b_;
    Parameter<T> bias_;
};

}  // namespace eckart::model

#pragma GCC visibility pop
