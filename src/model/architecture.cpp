#include "eckart/model/architecture.hpp"

#include <fmt/core.h>

#include "eckart/core/error.hpp"

namespace eckart::model {

namespace {

constexpr std::int64_t kLargestWidth = 1'000'000;
constexpr std::int64_t kMostBlocks = 1000;
constexpr const char* kKind = "residual-mlp";

void require_range(const char* name, std::int64_t value, std::int64_t low, std::int64_t high) {
    if (value >= low && value <= high) return;
    throw InvalidArgument(
        fmt::format("residual MLP: {} is {}; it must be between {} and {}", name, value, low, high));
}

std::int64_t integer_field(const Json& json, const char* name) {
    const auto field = json.find(name);
    if (field == json.end()) throw FormatError(fmt::format("the architecture lacks '{}'", name));
    if (!field->is_number_integer()) {
        throw FormatError(
            fmt::format("the architecture's '{}' is {}; an integer is expected", name, field->dump()));
    }
    return field->get<std::int64_t>();
}

}  // namespace

void MlpArchitecture::validate() const {
    require_range("input", input, 1, kLargestWidth);
    require_range("hidden", hidden, 1, kLargestWidth);
    require_range("blocks", blocks, 0, kMostBlocks);
    require_range("classes", classes, 1, kLargestWidth);
}

std::vector<LayerShape> layer_shapes(const MlpArchitecture& architecture) {
    architecture.validate();
    const std::int64_t hidden = architecture.hidden;
    std::vector<LayerShape> shapes{{"fc1", hidden, architecture.input}};
    for (std::int64_t block = 1; block <= architecture.blocks; ++block) {
        shapes.push_back({fmt::format("res{}.layer1", block), hidden, hidden});
        shapes.push_back({fmt::format("res{}.layer2", block), hidden, hidden});
    }
    shapes.push_back({"fc2", architecture.classes, hidden});
    return shapes;
}

Json to_json(const MlpArchitecture& architecture) {
    return {{"architecture", kKind},
            {"input", architecture.input},
            {"hidden", architecture.hidden},
            {"blocks", architecture.blocks},
            {"classes", architecture.classes}};
}

MlpArchitecture architecture_from_json(const Json& json) {
    if (!json.is_object()) throw FormatError("the architecture is not a JSON object");
    const auto kind = json.find("architecture");
    if (kind == json.end() || !kind->is_string() || kind->get<std::string>() != kKind) {
        throw FormatError(fmt::format("the architecture is {}; only \"{}\" is known",
                                      kind == json.end() ? "not named" : kind->dump(), kKind));
    }
    MlpArchitecture architecture;
    architecture.input = integer_field(json, "input");
    architecture.hidden = integer_field(json, "hidden");
    architecture.blocks = integer_field(json, "blocks");
    architecture.classes = integer_field(json, "classes");
    try {
        architecture.validate();
    } catch (const InvalidArgument& error) {
        throw FormatError(error.what());
    }
    return architecture;
}

}  // namespace eckart::model
