#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "eckart/io/model_file.hpp"
#include "eckart/io/safetensors.hpp"

namespace eckart::io {

/// A tensor and the file that holds it.
struct StoredTensor {
    const SafetensorsReader* reader = nullptr;
    const TensorInfo* info = nullptr;
};

/// The tensors of one or several safetensors files by name: what PyTorch calls a state_dict.
using StateDict = std::map<std::string, StoredTensor, std::less<>>;

struct LinearLayers {
    std::vector<StoredLinear> linears;
    std::vector<KeptTensor> kept;
};

/// The fully-connected layers of a state_dict, in the order that a person would count them in ("layer.2"
/// before "layer.10"): floating matrices named NAME.weight, and what `metadata` says is factored already. A
/// state_dict tells nothing of how its tensors are used, so that names decide what is an embedding. Throws
/// FormatError with `file` when the metadata names factors that are not there.
LinearLayers find_linear_layers(const StateDict& tensors, const std::map<std::string, std::string>& metadata,
                                const std::string& file);

/// The parameters of the layer `name`: its "weight", "0.weight", "1.bias". The module that is the whole model
/// has no name.
std::string parameter_name(std::string_view layer, std::string_view parameter);

/// kFactorsKey's text for layers and their ranks, and the reverse, which throws FormatError.
std::string factors_text(const std::map<std::string, std::int64_t>& ranks);
std::map<std::string, std::int64_t> parse_factors(const std::string& text);

}  // namespace eckart::io
