#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "eckart/core/json.hpp"

#pragma GCC visibility push(default)

namespace eckart::model {

/// Limits of an architecture.
inline constexpr std::int64_t kLargestWidth = 1'000'000;
inline constexpr std::size_t kMostSteps = 10'000;
inline constexpr std::size_t kLongestLayerName = 200;

/// One fully-connected layer of an architecture: y (out) = W (out, in) x + b.
struct LayerShape {
    std::string name;  ///< as in PyTorch's state_dict, without ".weight"
    std::int64_t out = 0;
    std::int64_t in = 0;
    bool bias = true;  ///< whether there is a b
    bool operator==(const LayerShape&) const = default;
};

/// One step of a network. It works on values that are numbered: 0 is the network's input, k what step k gives
/// (the first step is step 1). Fields that its kind does not need are 0.
struct Step {
    enum class Kind {
        kLinear,  ///< W x + b of `layer`
        kRelu,    ///< max(0, x)
        kAdd,     ///< x + other
    };
    Kind kind = Kind::kLinear;
    std::size_t input = 0;  ///< the number of x, which is smaller than the step's own
    std::size_t other = 0;  ///< kAdd: the number of the other summand, at most `input`
    std::size_t layer = 0;  ///< kLinear: the layer's index
    bool operator==(const Step&) const = default;
};

/// A network of fully-connected layers, ReLUs and sums: steps in the order in which they run. The last value
/// is the logits; the log-softmax after it belongs to the loss.
struct Architecture {
    std::int64_t input = 0;  ///< numbers per sample
    std::vector<LayerShape> layers;
    std::vector<Step> steps;

    /// Each appends a step that works on the value `of` and returns the number of its own value.
    std::size_t add_linear(std::size_t of, std::string name, std::int64_t out, bool bias = true);
    std::size_t add_relu(std::size_t of);
    std::size_t add_sum(std::size_t of, std::size_t other);

    /// The width of every value, the input's first. Throws as validate().
    [[nodiscard]] std::vector<std::int64_t> widths() const;
    /// Width of the logits. Throws as validate().
    [[nodiscard]] std::int64_t classes() const { return widths().back(); }
    /// Throws InvalidArgument naming step or layer unless widths are in 1 .. kLargestWidth and fit each
    /// other, there are 1 .. kMostSteps steps with at least one layer, layers are used in their order and
    /// each once, every value but the last is used, and layers' names are text of at most kLongestLayerName
    /// bytes and differ, as do the names of the tensors of their factors.
    void validate() const { (void)widths(); }
    bool operator==(const Architecture&) const = default;
};

/// The architecture of a residual MLP (residual_mlp.hpp) as
/// {"architecture": "residual-mlp", "input": ..., "hidden": ..., "blocks": ..., "classes": ...}, any other as
/// {"architecture": "chain", "input": ..., "steps": [...]} (docs/formats/safetensors.md).
Json to_json(const Architecture& architecture);

/// The reverse. Throws FormatError naming the missing or wrong field.
Architecture architecture_from_json(const Json& json);

}  // namespace eckart::model

#pragma GCC visibility pop
