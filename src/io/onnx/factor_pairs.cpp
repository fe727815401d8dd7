#include "io/onnx/factor_pairs.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "eckart/core/error.hpp"
#include "eckart/io/model_file.hpp"
#include "io/onnx/faults.hpp"
#include "io/onnx/node_attributes.hpp"
#include "io/safetensors/state_dict.hpp"

namespace eckart::io {

namespace {

/// Whether the node multiplies by A and does nothing else: it has no bias but the zero that Gemm needed
/// before opset 11, and no factor.
bool is_only_a_product(const onnx::NodeProto& node, const LinearUse& use, const GraphIndex& index) {
    if (use.op != LinearOperator::kMatMul && node.input_size() > 2 && !node.input(2).empty()) {
        const onnx::TensorProto* bias = index.initializer(node.input(2));
        if (bias == nullptr || bias->dims_size() != 1 || bias->dims(0) != 1 || bias->raw_data().empty() ||
            bias->raw_data().find_first_not_of('\0') != std::string::npos) {
            return false;
        }
    }
    return use.op != LinearOperator::kGemm || (float_attribute(node, "alpha", 1, index.file()) == 1 &&
                                               float_attribute(node, "beta", 1, index.file()) == 1);
}

/// Whether every node that uses A hands its result to one that uses B, and to no other.
bool follow_each_other(const GraphLinear& a, const GraphLinear& b, const GraphIndex& index) {
    if (a.out != b.in || a.uses.size() != b.uses.size()) return false;
    if (index.initializer(a.value) == nullptr || index.initializer(b.value) == nullptr) return false;
    if (a.quantization || b.quantization) return false;
    return std::ranges::all_of(a.uses, [&](const LinearUse& use) {
        if (!is_only_a_product(index.node(use.node), use, index)) return false;
        const std::string& hidden = index.node(use.node).output(0);
        const std::vector<ValueUse>& users = index.uses(hidden);
        if (users.size() != 1 || index.is_output(hidden) || index.used_inside(hidden)) return false;
        return std::ranges::any_of(b.uses, [&](const LinearUse& next) {
            return next.node == users.front().node && next.op == use.op &&
                   next.weight_input == use.weight_input && next.weight_input != users.front().input;
        });
    });
}

}  // namespace

std::optional<std::map<std::string, std::int64_t>> earlier_factors(const onnx::ModelProto& model,
                                                                   const GraphIndex& index) {
    for (const onnx::StringStringEntryProto& entry : model.metadata_props()) {
        if (entry.key() != kFactorsKey) continue;
        try {
            return parse_factors(entry.value());
        } catch (const FormatError& error) {
            fail_onnx(index.file(), fmt::format("has unusable metadata '{}': {}", kFactorsKey, error.what()));
        }
    }
    return std::nullopt;
}

std::vector<GraphFactors> pair_factors(std::vector<GraphLinear> linears, const onnx::ModelProto& model,
                                       const GraphIndex& index) {
    std::unordered_map<std::string, std::size_t> places;
    for (std::size_t i = 0; i < linears.size(); ++i) places[linears[i].value] = i;
    std::unordered_map<std::size_t, std::pair<std::size_t, std::string>> pairs;  // place of A -> of B, name
    std::unordered_set<std::size_t> seconds;
    const auto named = earlier_factors(model, index).value_or(std::map<std::string, std::int64_t>());
    for (const auto& [name, rank] : named) {
        const auto a = places.find(name + ".0.weight");
        const auto b = places.find(name + ".1.weight");
        if (a == places.end() || b == places.end() || a == b) continue;
        if (linears[a->second].out != rank ||
            !follow_each_other(linears[a->second], linears[b->second], index))
            continue;
        pairs[a->second] = {b->second, name};
        seconds.insert(b->second);
    }
    std::vector<GraphFactors> found;
    for (std::size_t i = 0; i < linears.size(); ++i) {
        if (seconds.contains(i)) continue;
        GraphFactors factors{linears[i].name, linears[i], std::nullopt};
        if (const auto pair = pairs.find(i); pair != pairs.end()) {
            factors.name = pair->second.second;
            factors.b = linears[pair->second.first];
        }
        found.push_back(std::move(factors));
    }
    return found;
}

}  // namespace eckart::io
