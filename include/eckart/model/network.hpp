#pragma once

#include <cstdint>
#include <memory>
#include <optional>
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
    std::vector<Matrix<T>> values;  ///< what each stage of the network gives, (batch capacity, width)
    std::vector<LayerState<T>> layers;
    std::vector<Matrix<T>> gradients;  ///< buffers of the backward pass, (batch capacity, width)
};

/// Consecutive steps of an architecture that run as one: y = f(z + addend), where z is W x + b or x itself
/// and f the ReLU or nothing.
struct Stage {
    std::size_t input = 0;              ///< the number of x
    std::optional<std::size_t> layer;   ///< W x + b; x itself when empty
    std::optional<std::size_t> addend;  ///< the number of the value that is added
    bool relu = false;
    std::size_t output = 0;  ///< the number of y
};

/// The steps of an architecture as stages: a layer takes in the sum and the ReLU that follow it, and a sum
/// its ReLU, where nothing else uses the values between. Throws as validate().
std::vector<Stage> stages_of(const Architecture& architecture);

/// A network of fully-connected layers, each dense or factored, with or without bias, of ReLUs and sums. T is
/// float (trained, run) or double (for checks). Copies are deep.
template <class T>
class Network {
  public:
    /// Takes layers in the order of architecture.layers. Throws InvalidArgument naming the layer that does
    /// not fit, and as Architecture::validate().
    Network(Architecture architecture, std::vector<std::unique_ptr<Linear<T>>> layers);
    Network(const Network& other);
    Network& operator=(const Network& other);
    Network(Network&&) noexcept = default;
    Network& operator=(Network&&) noexcept = default;
    ~Network() = default;

    [[nodiscard]] const Architecture& architecture() const { return architecture_; }
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
    Architecture architecture_;
    std::vector<std::int64_t> widths_;
    std::vector<Stage> stages_;
    std::vector<std::unique_ptr<Linear<T>>> layers_;
};

/// PyTorch's default initialization of nn.Linear: weights and biases uniform in +-1/sqrt(in) (Kaiming uniform
/// with a = sqrt(5)). Each tensor draws from its own fork of `rng`, named like the tensor.
Network<float> make_initialized(const Architecture& architecture, const Rng& rng);

/// The same network in another element type, layers kept dense or factored as they are.
template <class To, class From>
Network<To> convert(const Network<From>& network);

/// The same function with every factored layer multiplied out in double: what factored inference is checked
/// against.
Network<double> rebuild_dense(const Network<float>& network);

/// to_json() of its architecture with "parameters", "bytes" and "macs": "model" of the run directory's files.
Json describe(const Network<float>& network);

}  // namespace eckart::model

#pragma GCC visibility pop
