#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "eckart/core/matrix.hpp"
#include "eckart/core/rng.hpp"
#include "eckart/model/architecture.hpp"
#include "eckart/model/linear.hpp"
#include "eckart/ops/backend.hpp"

#pragma GCC visibility push(default)

namespace eckart::model {

/// Size of a network as the study counts it.
struct ModelSize {
    std::int64_t parameters = 0;  ///< weights and biases
    std::int64_t bytes = 0;       ///< parameters x 4 (float32)
    std::int64_t macs = 0;        ///< multiply-adds per sample
};

/// Activations and gradients of one batch, reused from batch to batch.
template <class T>
struct NetworkState {
    std::vector<Matrix<T>> outputs;  ///< of each layer, (batch capacity, out)
    std::vector<LayerState<T>> layers;
    Matrix<T> gradient;        ///< at the current layer's output, (batch capacity, hidden)
    Matrix<T> inner_gradient;  ///< inside a residual block
    Matrix<T> previous_gradient;
};

/// The residual MLP of MlpArchitecture, each layer dense or factored. T is float (trained, run) or double
/// (for checks). Copies are deep.
template <class T>
class ResidualMlp {
  public:
    /// Takes layers in the order of layer_shapes(). Throws InvalidArgument naming the layer that does not
    /// fit.
    ResidualMlp(const MlpArchitecture& architecture, std::vector<std::unique_ptr<Linear<T>>> layers);
    ResidualMlp(const ResidualMlp& other);
    ResidualMlp& operator=(const ResidualMlp& other);
    ResidualMlp(ResidualMlp&&) noexcept = default;
    ResidualMlp& operator=(ResidualMlp&&) noexcept = default;
    ~ResidualMlp() = default;

    [[nodiscard]] const MlpArchitecture& architecture() const { return architecture_; }
    [[nodiscard]] std::size_t layer_count() const { return layers_.size(); }
    [[nodiscard]] const Linear<T>& layer(std::size_t index) const { return *layers_.at(index); }
    /// Exchanges one layer for another of equal in and out, e.g. its factors. Throws InvalidArgument.
    void replace_layer(std::size_t index, std::unique_ptr<Linear<T>> layer);
    /// All parameters in forward order. Pointers stay valid until a layer is replaced.
    [[nodiscard]] std::vector<Parameter<T>*> parameters();
    [[nodiscard]] std::vector<const Parameter<T>*> parameters() const;
    [[nodiscard]] ModelSize size() const;
    [[nodiscard]] bool factored() const;  ///< any layer

    /// Logits (batch, classes) of x (batch, input), valid until the next call with `state`. Throws
    /// InvalidArgument when x has the wrong width.
    ConstMatrixView<T> forward(ops::Backend<T>& backend, ConstMatrixView<T> x, NetworkState<T>& state) const;

    /// Gradients of a loss whose gradient at the logits is `dlogits` (batch, classes), for the batch that
    /// forward() just saw with `state`. Overwrites every parameter's gradient; `ready` is called for each as
    /// soon as it is final (may be empty).
    void backward(ops::Backend<T>& backend, ConstMatrixView<T> x, ConstMatrixView<T> dlogits,
                  NetworkState<T>& state, const GradientReady<T>& ready);

  private:
    MlpArchitecture architecture_;
    std::vector<std::unique_ptr<Linear<T>>> layers_;
};

/// PyTorch's default initialization of nn.Linear: weights and biases uniform in +-1/sqrt(in) (Kaiming uniform
/// with a = sqrt(5)). Each tensor draws from its own fork of `rng`, named like the tensor.
ResidualMlp<float> make_initialized(const MlpArchitecture& architecture, const Rng& rng);

/// The same network in another element type, layers kept dense or factored as they are.
template <class To, class From>
ResidualMlp<To> convert(const ResidualMlp<From>& network);

/// The same function with every factored layer multiplied out in double: what factored inference is checked
/// against.
ResidualMlp<double> rebuild_dense(const ResidualMlp<float>& network);

/// {"architecture": ..., sizes ..., "parameters", "bytes", "macs"}: "model" of the run directory's files.
Json describe(const ResidualMlp<float>& network);

}  // namespace eckart::model

#pragma GCC visibility pop
