#include "io/onnx/layer_name.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "io/onnx/free_names.hpp"
#include "io/onnx/node_metadata.hpp"

namespace eckart::io {

namespace {

bool is_digits(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// Names that exporters number: "onnx::MatMul_33", "33", "val_7", "_v_7", "t_3", "/fc/Constant_output_0".
bool is_numbered(std::string_view name) {
    if (name.starts_with("onnx::") || name.starts_with('/') || is_digits(name)) return true;
    const std::size_t line = name.rfind('_');
    if (line == std::string_view::npos || !is_digits(name.substr(line + 1))) return false;
    const std::string_view stem = name.substr(0, line);
    return stem == "val" || stem == "_v" || stem == "v" || stem == "t" || stem.ends_with("_output");
}

/// "/layers.0/fc1/MatMul" -> "layers.0.fc1"; empty where nothing is left.
std::string from_node(std::string path) {
    if (!path.starts_with('/')) return {};
    const std::size_t last = path.rfind('/');
    if (last == 0) return {};
    path = path.substr(1, last - 1);
    std::ranges::replace(path, '/', '.');
    return path;
}

/// "['', 'layers.0', 'layers.0.fc1', 'linear']", as torch.export notes the modules around a node ->
/// "layers.0.fc1".
std::string from_scopes(const std::string& scopes) {
    std::vector<std::string> names;
    std::size_t begin = 0;
    while ((begin = scopes.find('\'', begin)) != std::string::npos) {
        const std::size_t end = scopes.find('\'', begin + 1);
        if (end == std::string::npos) return {};
        names.push_back(scopes.substr(begin + 1, end - begin - 1));
        begin = end + 1;
    }
    return names.size() < 2 ? "" : names[names.size() - 2];
}

std::string without(const std::string& name, std::string_view ending) {
    return name.size() > ending.size() && name.ends_with(ending) ? name.substr(0, name.size() - ending.size())
                                                                 : "";
}

}  // namespace

std::string layer_name(const GraphIndex& index, const GraphLinear& linear) {
    if (std::string name = without(linear.value, ".weight"); !name.empty()) return name;
    if (!is_numbered(linear.value)) return linear.value;
    const LinearUse& use = linear.uses.front();
    if (std::string name = without(use.bias, ".bias"); !name.empty()) return name;
    if (std::string name = from_node(index.node(use.node).name()); !name.empty()) return name;
    const std::string scopes = node_metadata(index.node(use.node), "pkg.torch.onnx.name_scopes");
    if (std::string name = from_scopes(scopes); !name.empty()) return name;
    return linear.value;
}

void make_layer_names_unique(const GraphIndex& index, std::vector<GraphLinear>& linears) {
    std::unordered_set<std::string> given;
    const auto taken = [&](const std::string& layer) {
        return given.contains(layer) ||
               std::ranges::any_of(
                   std::array{".0.weight", ".1.weight", ".1.bias"},
                   [&](const char* parameter) { return index.names().contains(layer + parameter); });
    };
    FreeNames free_names;
    for (GraphLinear& linear : linears) {
        linear.name = free_names.find(linear.name, [&](const std::string& name) { return !taken(name); });
        given.insert(linear.name);
    }
}

}  // namespace eckart::io
