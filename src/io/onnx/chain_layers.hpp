#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "eckart/core/matrix.hpp"
#include "eckart/model/network.hpp"
#include "io/onnx/linear_finder.hpp"
#include "io/onnx/tensor_data.hpp"

namespace eckart::io {

/// The layer of a node that multiplies by a weight.
struct LinearPlace {
    const GraphLinear* linear = nullptr;
    const LinearUse* use = nullptr;
    std::string why_not;  ///< why the network cannot have it, if so
};

/// The layers of a chain while its graph is read, and the architecture that grows with them.
class ChainLayers {
  public:
    ChainLayers(const TensorData& data, const GraphIndex& index);

    model::Architecture& architecture() { return architecture_; }
    /// Says that the graph calls the value `name`, one of several names perhaps.
    void note_name(std::size_t value, const std::string& name);

    [[nodiscard]] LinearPlace find(int node) const;
    /// Appends the layer, or makes it the second factor of the one that gives the value `of`. Returns its
    /// value. Throws FormatError when weights cannot be had or are not finite.
    std::size_t add(const LinearPlace& place, std::size_t of);
    std::size_t add_relu(std::size_t of);
    std::size_t add_sum(std::size_t of, std::size_t other);
    /// Adds the constant `value` to the bias of the layer that gives `of`. Returns why this cannot be; empty
    /// when it was done.
    std::string add_to_bias(std::size_t of, const std::string& value);
    /// Whether `value` is a constant that is false.
    [[nodiscard]] bool is_false(const std::string& value) const;

    /// The network of all that was added. Throws InvalidArgument as its constructor.
    model::Network<float> network();

  private:
    struct Weights {
        MatrixF weight;
        MatrixF first;  ///< A of a factored layer; empty for a dense one
        MatrixF bias;
    };

    /// A node's bias of `out` entries or one for all. Nothing when it is none.
    [[nodiscard]] std::optional<MatrixF> read_bias(const std::string& value, std::int64_t out) const;
    /// The index of the layer that gives `value`, when nothing else uses that; -1 otherwise.
    [[nodiscard]] std::int64_t own_layer(std::size_t value) const;
    [[nodiscard]] std::string layer_name_of(const GraphLinear& linear) const;
    std::string free_name(const std::string& wanted);
    void require_finite(const MatrixF& entries, const std::string& tensor) const;
    void use(std::size_t value);
    std::size_t join(std::size_t first, const std::string& name, Weights second, bool bias);

    const TensorData& data_;
    const GraphIndex& index_;
    FoundLinears found_;
    std::map<int, LinearPlace> places_;  ///< by node
    model::Architecture architecture_;
    std::vector<Weights> weights_;
    std::set<std::string> layer_names_;
    std::optional<std::map<std::string, std::int64_t>> factored_;  ///< what Eckart has said of its own model
    std::vector<std::vector<std::string>> names_{1};               ///< of each value
    std::vector<int> uses_{0};                                     ///< of each value, so far
};

}  // namespace eckart::io
