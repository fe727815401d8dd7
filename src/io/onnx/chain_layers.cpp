#include "io/onnx/chain_layers.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <utility>

#include "eckart/core/error.hpp"
#include "eckart/core/json.hpp"
#include "io/dtype.hpp"
#include "io/network_tensors.hpp"
#include "io/onnx/factor_pairs.hpp"
#include "io/onnx/faults.hpp"
#include "io/onnx/node_attributes.hpp"
#include "io/onnx/stored_matrix.hpp"
#include "io/onnx/tensor_entries.hpp"

namespace eckart::io {

namespace {

/// "c.c.0" -> "c.0", where an exporter has made a path of modules whose names hold their parents'.
std::string without_repetition(std::string name) {
    for (std::size_t dot = name.find('.'); dot != std::string::npos; dot = name.find('.', dot + 1)) {
        const std::string stem = name.substr(0, dot + 1);
        if (name.compare(dot + 1, stem.size(), stem) == 0) return name.substr(dot + 1);
    }
    return name;
}

/// Whether the bytes are UTF-8 without control characters.
bool is_text(const std::string& bytes) {
    if (std::ranges::any_of(bytes, [](char c) { return (c >= 0 && c < 0x20) || c == 0x7F; })) return false;
    try {
        (void)Json(bytes).dump();
    } catch (const Json::exception&) {
        return false;
    }
    return true;
}

/// NAME of "NAME.0" or "NAME.1"; empty for other names.
std::string stem_of(const std::string& name, const char* ending) {
    return name.size() > 2 && name.ends_with(ending) ? name.substr(0, name.size() - 2) : "";
}

}  // namespace

ChainLayers::ChainLayers(const TensorData& data, const GraphIndex& index)
    : data_(data), index_(index), found_(find_linears(index)) {
    for (const GraphLinear& linear : found_.linears) {
        for (const LinearUse& use : linear.uses) {
            LinearPlace place{&linear, &use, {}};
            if (linear.uses.size() > 1) place.why_not = "shares its weight with another node";
            if (use.weight_input != 1) place.why_not = "multiplies by its weight from the left";
            places_[use.node] = std::move(place);
        }
    }
    factored_ = earlier_factors(data.model(), index);
    // A network of Eckart's own names its factors.
    const auto is_architecture = [](const auto& entry) { return entry.key() == kArchitectureKey; };
    if (!factored_ && std::ranges::any_of(data.model().metadata_props(), is_architecture))
        factored_.emplace();
}

void ChainLayers::note_name(std::size_t value, const std::string& name) {
    names_.resize(std::max(names_.size(), value + 1));
    names_[value].push_back(name);
}

LinearPlace ChainLayers::find(int node) const {
    if (const auto found = places_.find(node); found != places_.end()) {
        LinearPlace place = found->second;
        const onnx::NodeProto& proto = index_.node(node);
        if (GraphIndex::is(proto, "Gemm") && flag_attribute(proto, "transA", index_.file()))
            place.why_not = "transposes its input";
        return place;
    }
    LinearPlace none;
    none.why_not = "does not multiply by one constant matrix";
    for (const std::string& input : index_.node(node).input()) {
        const auto constant = find_constant(index_, input);
        const auto kept = std::ranges::find_if(
            found_.kept, [&](const GraphKept& other) { return constant && other.value == constant->value; });
        if (kept != found_.kept.end())
            none.why_not = fmt::format("has a weight '{}' that {}", printable(kept->value), kept->why);
    }
    return none;
}

std::size_t ChainLayers::add(const LinearPlace& place, std::size_t of) {
    const GraphLinear& linear = *place.linear;
    const onnx::NodeProto& node = index_.node(place.use->node);
    Weights weights{read_matrix<float>(data_, linear), {}, {}};
    if (GraphIndex::is(node, "Gemm")) {
        const float alpha = float_attribute(node, "alpha", 1, index_.file());
        if (alpha != 1) weights.weight *= alpha;
        if (node.input_size() > 2 && !node.input(2).empty()) {
            std::optional<MatrixF> bias = read_bias(node.input(2), linear.out);
            if (!bias)
                fail_onnx(index_.file(),
                          fmt::format("gives {} a bias that is no constant of its {} outputs, which Eckart "
                                      "cannot run; 'eckart compress' can work on it",
                                      node_text(node), linear.out));
            weights.bias = float_attribute(node, "beta", 1, index_.file()) * *bias;
            require_finite(weights.bias, node.input(2));
        }
    }
    require_finite(weights.weight, linear.value);
    const std::string name = layer_name_of(linear);
    const bool has_bias = weights.bias.size() > 0;
    const std::int64_t before = own_layer(of);
    if (before >= 0 && of == architecture_.steps.size()) {
        const auto first = static_cast<std::size_t>(before);
        const std::string stem = stem_of(name, ".1");
        const bool pair = !stem.empty() && stem == stem_of(architecture_.layers[first].name, ".0") &&
                          !architecture_.layers[first].bias && weights_[first].first.size() == 0 &&
                          (!factored_ || factored_->contains(stem));
        if (pair) return join(first, stem, std::move(weights), has_bias);
    }
    weights_.push_back(std::move(weights));
    use(of);
    return architecture_.add_linear(of, free_name(name), linear.out, has_bias);
}

std::size_t ChainLayers::join(std::size_t first, const std::string& name, Weights second, bool bias) {
    second.first = std::move(weights_[first].weight);
    weights_[first] = std::move(second);
    const std::size_t of = architecture_.steps.back().input;
    layer_names_.erase(architecture_.layers.back().name);
    architecture_.steps.pop_back();
    architecture_.layers.pop_back();
    names_.resize(architecture_.steps.size() + 1);  // the hidden value has none any more
    const std::int64_t out = weights_[first].weight.rows();
    return architecture_.add_linear(of, free_name(name), out, bias);
}

/// A step is about to use the value; what it gives has no uses yet.
void ChainLayers::use(std::size_t value) {
    if (architecture_.steps.size() >= model::kMostSteps)
        throw InvalidArgument(fmt::format("it has more than {} steps", model::kMostSteps));
    ++uses_[value];
    uses_.push_back(0);
}

std::size_t ChainLayers::add_relu(std::size_t of) {
    use(of);
    return architecture_.add_relu(of);
}

std::size_t ChainLayers::add_sum(std::size_t of, std::size_t other) {
    ++uses_[other];
    use(of);
    return architecture_.add_sum(of, other);
}

std::string ChainLayers::add_to_bias(std::size_t of, const std::string& value) {
    const std::int64_t index = own_layer(of);
    if (index < 0) return "adds a constant to what is no layer's output, or is used without it as well";
    const auto layer = static_cast<std::size_t>(index);
    const std::optional<MatrixF> bias = read_bias(value, architecture_.layers[layer].out);
    if (!bias) return "adds what is no constant of one number per output";
    MatrixF& sum = weights_[layer].bias;
    if (sum.size() == 0) {
        sum = *bias;
    } else {
        sum += *bias;
    }
    require_finite(sum, value);
    architecture_.layers[layer].bias = true;
    return {};
}

bool ChainLayers::is_false(const std::string& value) const {
    const auto constant = find_constant(index_, value);
    if (!constant || constant->tensor->data_type() != onnx::TensorProto::BOOL) return false;
    const onnx::TensorProto& tensor = *constant->tensor;
    return tensor.raw_data() == std::string(1, '\0') ||
           (tensor.int32_data_size() == 1 && tensor.int32_data(0) == 0);
}

model::Network<float> ChainLayers::network() {
    std::vector<std::unique_ptr<model::Linear<float>>> layers;
    for (std::size_t i = 0; i < weights_.size(); ++i) {
        Weights& weights = weights_[i];
        const std::string& name = architecture_.layers[i].name;
        if (weights.first.size() > 0) {
            layers.push_back(std::make_unique<model::FactoredLinear<float>>(
                name, std::move(weights.weight), std::move(weights.first), std::move(weights.bias)));
        } else {
            layers.push_back(std::make_unique<model::DenseLinear<float>>(name, std::move(weights.weight),
                                                                         std::move(weights.bias)));
        }
    }
    return {std::move(architecture_), std::move(layers)};
}

std::optional<MatrixF> ChainLayers::read_bias(const std::string& value, std::int64_t out) const {
    const auto constant = find_constant(index_, value);
    if (!constant || !constant->fault.empty() || constant->quantization) return std::nullopt;
    const onnx::TensorProto& tensor = *constant->tensor;
    if (!is_floating(dtype_name(tensor.data_type()))) return std::nullopt;
    std::vector<std::int64_t> dims(tensor.dims().begin(), tensor.dims().end());
    if (constant->transposed) std::ranges::reverse(dims);
    if (dims.size() > 2 || (dims.size() == 2 && dims[0] != 1)) return std::nullopt;
    const std::int64_t count = dims.empty() ? 1 : dims.back();
    if (count != out && count != 1) return std::nullopt;
    MatrixF bias(1, count);
    read_entries<float>(data_, tensor, 0, static_cast<std::uint64_t>(count), bias.data());
    if (count != out) return MatrixF(MatrixF::Constant(1, out, bias(0, 0)));
    return bias;
}

std::int64_t ChainLayers::own_layer(std::size_t value) const {
    if (value == 0 || uses_[value] > 0) return -1;
    const model::Step& step = architecture_.steps[value - 1];
    if (step.kind != model::Step::Kind::kLinear) return -1;
    for (const std::string& name : names_[value]) {
        if (index_.uses(name).size() != 1 || index_.is_output(name) || index_.used_inside(name)) return -1;
    }
    return static_cast<std::int64_t>(step.layer);
}

std::string ChainLayers::layer_name_of(const GraphLinear& linear) const {
    const bool told = linear.value == linear.name || linear.value == linear.name + ".weight";
    return told ? linear.name : without_repetition(linear.name);
}

/// `wanted`, or a number where a network cannot have a layer of that name.
std::string ChainLayers::free_name(const std::string& wanted) {
    const auto taken = [&](const std::string& name) {
        if (layer_names_.contains(name) || layer_names_.contains(name + ".0") ||
            layer_names_.contains(name + ".1"))
            return true;
        const bool factor = !stem_of(name, ".0").empty() || !stem_of(name, ".1").empty();
        return factor && layer_names_.contains(name.substr(0, name.size() - 2));
    };
    std::string name = wanted;
    bool good = is_text(name) && !name.empty() && name.size() <= model::kLongestLayerName && !taken(name);
    for (std::size_t number = architecture_.layers.size() + 1; !good; ++number) {
        name = fmt::format("layer{}", number);
        good = !taken(name);
    }
    layer_names_.insert(name);
    return name;
}

void ChainLayers::require_finite(const MatrixF& entries, const std::string& tensor) const {
    const auto wrong = std::count_if(entries.data(), entries.data() + entries.size(),
                                     [](float entry) { return !std::isfinite(entry); });
    if (wrong == 0) return;
    fail_onnx(index_.file(), fmt::format("holds '{}' with {} entries that are NaN or infinite as float32",
                                         printable(tensor), wrong));
}

}  // namespace eckart::io
