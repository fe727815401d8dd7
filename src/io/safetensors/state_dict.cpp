#include "io/safetensors/state_dict.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <limits>
#include <set>
#include <utility>

#include "eckart/core/error.hpp"
#include "eckart/model/architecture.hpp"
#include "io/dtype.hpp"
#include "io/metadata.hpp"
#include "io/network_tensors.hpp"
#include "io/printable.hpp"
#include "io/safetensors/refusing_sax.hpp"

namespace eckart::io {

namespace {

constexpr std::string_view kWeight = "weight";

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// "layer.2" before "layer.10": runs of digits compare as numbers.
bool natural_less(std::string_view a, std::string_view b) {
    std::size_t i = 0;
    std::size_t j = 0;
    const auto digits = [](std::string_view text, std::size_t from) {
        std::size_t end = from;
        while (end < text.size() && is_digit(text[end])) ++end;
        return text.substr(from, end - from);
    };
    while (i < a.size() && j < b.size()) {
        const std::string_view left = digits(a, i);
        const std::string_view right = digits(b, j);
        if (left.empty() || right.empty()) {
            if (a[i] != b[j]) return a[i] < b[j];
            ++i;
            ++j;
            continue;
        }
        if (left.size() != right.size()) return left.size() < right.size();
        if (left != right) return left < right;
        i += left.size();
        j += right.size();
    }
    return a.size() - i < b.size() - j;
}

/// Whether `name` ends in the component `parameter`; `layer` receives what is before it.
bool splits_into(std::string_view name, std::string_view parameter, std::string& layer) {
    if (!name.ends_with(parameter)) return false;
    name.remove_suffix(parameter.size());
    if (name == "." || (!name.empty() && !name.ends_with('.'))) return false;
    layer = name.substr(0, name.empty() ? 0 : name.size() - 1);
    return true;
}

/// Takes the last component that is not a number off a layer's name, and all behind it.
std::string_view take_module(std::string_view& layer) {
    while (true) {
        const std::size_t dot = layer.rfind('.');
        const std::string_view last = layer.substr(dot == std::string_view::npos ? 0 : dot + 1);
        layer = layer.substr(0, dot == std::string_view::npos ? 0 : dot);
        if (layer.empty() || last.empty() || !std::ranges::all_of(last, is_digit)) return last;
    }
}

/// "embed_tokens", "tok_emb", "emb1"; not "member".
bool speaks_of_embedding(std::string_view module) {
    if (module.find("embed") != std::string_view::npos) return true;
    constexpr std::string_view kShort = "emb";
    const auto is_letter = [](char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; };
    for (std::size_t i = module.find(kShort); i != std::string_view::npos; i = module.find(kShort, i + 1)) {
        const std::size_t end = i + kShort.size();
        if ((i == 0 || !is_letter(module[i - 1])) && (end == module.size() || !is_letter(module[end])))
            return true;
    }
    return false;
}

bool is_embedding_by_name(std::string_view layer) {
    constexpr std::array<std::string_view, 5> kNames{"wte", "wpe", "shared", "lut",
                                                     "relative_attention_bias"};
    const std::string_view module = take_module(layer);
    return speaks_of_embedding(module) || speaks_of_embedding(take_module(layer)) ||
           std::ranges::find(kNames, module) != kNames.end();
}

std::vector<std::int64_t> signed_shape(const TensorInfo& tensor) {
    std::vector<std::int64_t> shape;
    for (const std::uint64_t dimension : tensor.shape) {
        constexpr auto kLargest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
        shape.push_back(static_cast<std::int64_t>(std::min(dimension, kLargest)));
    }
    return shape;
}

/// A layer name of `eckart train` before its networks had a name in the metadata: fc1, fc2, res1.layer2.
bool is_residual_mlp_layer(std::string_view layer) {
    if (layer == "fc1" || layer == "fc2") return true;
    if (!layer.starts_with("res") || !(layer.ends_with(".layer1") || layer.ends_with(".layer2")))
        return false;
    const std::string_view number = layer.substr(3, layer.size() - 3 - 7);
    return !number.empty() && std::ranges::all_of(number, is_digit);
}

/// The layers of a residual MLP whose file says nothing of it, as PyTorch saves it; none for other tensors.
std::vector<std::string> layers_of_residual_mlp(const StateDict& tensors) {
    std::set<std::string> names;
    for (const auto& [name, tensor] : tensors) {
        std::string layer;
        bool found = false;
        for (const char* parameter : {"0.weight", "1.weight", "1.bias", "weight", "bias"}) {
            found = splits_into(name, parameter, layer);
            if (found) break;
        }
        if (!found || !is_residual_mlp_layer(layer)) return {};
        names.insert(layer);
    }
    std::vector<std::string> layers(names.begin(), names.end());
    std::ranges::sort(layers, [](const std::string& a, const std::string& b) {
        return (a == "fc2") != (b == "fc2") ? b == "fc2" : natural_less(a, b);
    });
    return layers;
}

/// The layers of a network of Eckart's own, in the order in which they run. What is wrong with an
/// architecture is said by those who run it.
std::vector<std::string> layers_of_network(const StateDict& tensors,
                                           const std::map<std::string, std::string>& metadata) {
    const auto entry = metadata.find(kArchitectureKey);
    if (entry == metadata.end()) return layers_of_residual_mlp(tensors);
    std::vector<std::string> layers;
    try {
        constexpr std::size_t kLongest = 4U << 20U;
        const model::Architecture architecture =
            model::architecture_from_json(parse_metadata(entry->second, kLongest));
        for (const model::LayerShape& layer : architecture.layers) layers.push_back(layer.name);
    } catch (const Error&) {
        return {};
    }
    return layers;
}

/// Walks over a state_dict once.
class LayerFinder {
  public:
    LayerFinder(const StateDict& tensors, const std::string& file) : tensors_(tensors), file_(file) {}

    /// `factored`: what the metadata says of ranks; `network`: the layers of a network of Eckart's own in the
    /// order in which it runs, none for other models.
    LinearLayers find(const std::map<std::string, std::int64_t>& factored,
                      const std::vector<std::string>& network) {
        for (const auto& [layer, rank] : factored) add_named_factors(layer, rank);
        for (const std::string& layer : network)
            add_factors(layer, get(parameter_name(layer, "0.weight")),
                        get(parameter_name(layer, "1.weight")));
        for (const auto& [name, tensor] : tensors_) look_at(name, *tensor.info);
        std::map<std::string, std::size_t> places;
        for (std::size_t i = 0; i < network.size(); ++i) places[network[i]] = i;
        const auto place = [&](const StoredLinear& layer) {
            const auto found = places.find(layer.name);
            return found == places.end() ? places.size() : found->second;
        };
        std::ranges::sort(found_.linears, [&](const StoredLinear& a, const StoredLinear& b) {
            const std::size_t left = place(a);
            const std::size_t right = place(b);
            return left != right ? left < right : natural_less(a.name, b.name);
        });
        std::ranges::sort(found_.kept, natural_less, &KeptTensor::name);
        return std::move(found_);
    }

  private:
    [[nodiscard]] const TensorInfo* get(const std::string& name) const {
        const auto found = tensors_.find(name);
        return found == tensors_.end() ? nullptr : found->second.info;
    }

    bool add_factors(const std::string& layer, const TensorInfo* a, const TensorInfo* b) {
        if (a == nullptr || b == nullptr || a->shape.size() != 2 || b->shape.size() != 2) return false;
        if (a->shape[0] != b->shape[1] || a->shape[0] == 0 || a->dtype != b->dtype) return false;
        if (!is_floating(a->dtype) || a->begin == a->end || b->begin == b->end) return false;
        if (!taken_.insert(a->name).second) return true;
        taken_.insert(b->name);
        StoredLinear linear{layer, a->name, "Linear", a->dtype};
        linear.out = static_cast<std::int64_t>(b->shape[0]);
        linear.in = static_cast<std::int64_t>(a->shape[1]);
        linear.rank = static_cast<std::int64_t>(a->shape[0]);
        linear.parameters = linear.rank * (linear.out + linear.in);
        linear.bytes = (a->end - a->begin) + (b->end - b->begin);
        found_.linears.push_back(std::move(linear));
        return true;
    }

    void add_named_factors(const std::string& layer, std::int64_t rank) {
        const TensorInfo* a = get(parameter_name(layer, "0.weight"));
        const bool as_said = a != nullptr && !a->shape.empty() &&
                             a->shape[0] == static_cast<std::uint64_t>(rank) &&
                             add_factors(layer, a, get(parameter_name(layer, "1.weight")));
        if (as_said) return;
        throw FormatError(
            fmt::format("'{}' says in its metadata that '{}' has factors of rank {}, which its tensors are "
                        "not; save it again without the metadata '{}'",
                        file_, printable(layer), rank, kFactorsKey));
    }

    void keep(const TensorInfo& tensor, std::string why) {
        found_.kept.push_back({tensor.name, signed_shape(tensor), tensor.dtype, std::move(why)});
    }

    void look_at(const std::string& name, const TensorInfo& tensor) {
        if (taken_.contains(name) || tensor.shape.size() < 2) return;
        std::string layer;
        const bool is_weight = splits_into(name, kWeight, layer);
        if (!is_weight && (tensor.shape.size() > 2 || !is_floating(tensor.dtype))) return;
        if (tensor.begin == tensor.end) return keep(tensor, "no entries");
        if (!is_floating(tensor.dtype))
            return keep(tensor, fmt::format("dtype {}: only floating weights", tensor.dtype));
        if (!is_weight) return keep(tensor, "not named NAME.weight, as a linear layer's is");
        if (tensor.shape.size() > 2) {
            return keep(tensor, fmt::format("{} dimensions, as a convolution has", tensor.shape.size()));
        }
        for (const char* factor : {"0.weight", "1.weight", "1.bias"}) {
            const std::string taken = parameter_name(layer, factor);
            if (get(taken) != nullptr)
                return keep(tensor, fmt::format("its factors' name '{}' is taken", printable(taken)));
        }
        add_matrix(layer, tensor);
    }

    /// nn.MultiheadAttention reads the weight of its `out_proj` by itself.
    [[nodiscard]] bool is_used_by_attention(std::string_view layer) const {
        constexpr std::string_view kOutput = "out_proj";
        std::string module;
        return splits_into(layer, kOutput, module) &&
               (get(parameter_name(module, "in_proj_weight")) != nullptr ||
                get(parameter_name(module, "q_proj_weight")) != nullptr);
    }

    void add_matrix(const std::string& layer, const TensorInfo& tensor) {
        StoredLinear linear{layer, tensor.name, "Linear", tensor.dtype};
        linear.out = static_cast<std::int64_t>(tensor.shape[0]);
        linear.in = static_cast<std::int64_t>(tensor.shape[1]);
        linear.parameters = linear.out * linear.in;
        linear.bytes = tensor.end - tensor.begin;
        // An nn.Embedding has no bias.
        if (is_embedding_by_name(layer) && get(parameter_name(layer, "bias")) == nullptr) {
            linear.doubt = "an embedding by its name; --include its whole name if it is a linear layer";
        } else if (is_used_by_attention(layer)) {
            linear.doubt =
                "of PyTorch's MultiheadAttention, which takes no pair in its place; --include its whole name "
                "for code that does";
        }
        found_.linears.push_back(std::move(linear));
    }

    const StateDict& tensors_;
    const std::string& file_;
    std::set<std::string> taken_;
    LinearLayers found_;
};

/// {"NAME": rank, ...}
class FactorsHandler final : public RefusingSax {
  public:
    explicit FactorsHandler(std::map<std::string, std::int64_t>& ranks) : ranks_(ranks) {}

    bool start_object(std::size_t) override {
        if (open_) fail("an object");
        open_ = true;
        return true;
    }
    bool key(string_t& name) override {
        if (ranks_.contains(name) || ranks_.size() == kMostTensors)
            throw FormatError(fmt::format("it has '{}' twice, or too many layers", printable(name)));
        name_ = name;
        return true;
    }
    bool number_unsigned(number_unsigned_t value) override {
        constexpr number_unsigned_t kLargest = 1U << 31U;
        if (!open_ || value == 0 || value > kLargest) fail(fmt::format("the number {}", value));
        ranks_[name_] = static_cast<std::int64_t>(value);
        return true;
    }

  private:
    std::map<std::string, std::int64_t>& ranks_;
    std::string name_;
    bool open_ = false;
};

}  // namespace

std::string parameter_name(std::string_view layer, std::string_view parameter) {
    return layer.empty() ? std::string(parameter) : fmt::format("{}.{}", layer, parameter);
}

std::string factors_text(const std::map<std::string, std::int64_t>& ranks) {
    return to_text(Json(ranks));
}

std::map<std::string, std::int64_t> parse_factors(const std::string& text) {
    std::map<std::string, std::int64_t> ranks;
    FactorsHandler handler(ranks);
    read_strictly(text, handler);
    return ranks;
}

LinearLayers find_linear_layers(const StateDict& tensors, const std::map<std::string, std::string>& metadata,
                                const std::string& file) {
    std::map<std::string, std::int64_t> factored;
    if (const auto entry = metadata.find(kFactorsKey); entry != metadata.end()) {
        try {
            factored = parse_factors(entry->second);
        } catch (const FormatError& error) {
            throw FormatError(
                fmt::format("'{}' has unusable metadata '{}': {}", file, kFactorsKey, error.what()));
        }
    }
    return LayerFinder(tensors, file).find(factored, layers_of_network(tensors, metadata));
}

}  // namespace eckart::io
