// Architectures as JSON. The text may come from anybody: what messages quote of it is short.
#include <fmt/core.h>

#include <string>
#include <utility>

#include "eckart/core/error.hpp"
#include "eckart/model/architecture.hpp"
#include "eckart/model/residual_mlp.hpp"

namespace eckart::model {

namespace {

constexpr const char* kMlpKind = "residual-mlp";
constexpr const char* kChainKind = "chain";
constexpr const char* kLinear = "linear";
constexpr const char* kRelu = "relu";
constexpr const char* kAdd = "add";

std::string quoted(const Json& json) {
    constexpr std::size_t kLongest = 100;
    std::string text = json.dump(-1, ' ', true);
    if (text.size() > kLongest) text = text.substr(0, kLongest) + "...";
    return text;
}

/// The member `name` of `json`, which is `what`.
const Json& field_of(const Json& json, const char* name, const std::string& what) {
    const auto field = json.find(name);
    if (field == json.end()) throw FormatError(fmt::format("{} lacks '{}'", what, name));
    return *field;
}

std::int64_t integer_of(const Json& json, const char* name, const std::string& what) {
    const Json& field = field_of(json, name, what);
    if (!field.is_number_integer()) {
        throw FormatError(fmt::format("{}'s '{}' is {}; an integer is expected", what, name, quoted(field)));
    }
    return field.get<std::int64_t>();
}

std::string text_of(const Json& json, const char* name, const std::string& what) {
    const Json& field = field_of(json, name, what);
    if (!field.is_string())
        throw FormatError(fmt::format("{}'s '{}' is {}; a text is expected", what, name, quoted(field)));
    return field.get<std::string>();
}

Architecture mlp_from_json(const Json& json) {
    const std::string what = "the architecture";
    return residual_mlp({integer_of(json, "input", what), integer_of(json, "hidden", what),
                         integer_of(json, "blocks", what), integer_of(json, "classes", what)});
}

/// The number of the value that `name` names, at most `last`.
std::size_t value_of(const Json& json, const char* name, const std::string& what, std::size_t last) {
    const std::int64_t value = integer_of(json, name, what);
    if (value < 0 || value > static_cast<std::int64_t>(last))
        throw FormatError(
            fmt::format("{}'s '{}' is {}; the values before it are 0 to {}", what, name, value, last));
    return static_cast<std::size_t>(value);
}

void append_step(const Json& json, Architecture& architecture) {
    const std::size_t previous = architecture.steps.size();
    const std::string what = fmt::format("step {} of the architecture", previous + 1);
    if (!json.is_object()) throw FormatError(fmt::format("{} is not a JSON object", what));
    const std::string op = text_of(json, "op", what);
    const std::size_t input = json.contains("input") ? value_of(json, "input", what, previous) : previous;
    if (op == kRelu) {
        architecture.add_relu(input);
    } else if (op == kAdd) {
        architecture.add_sum(input, value_of(json, "other", what, previous));
    } else if (op == kLinear) {
        const Json& bias = field_of(json, "bias", what);
        if (!bias.is_boolean())
            throw FormatError(
                fmt::format("{}'s 'bias' is {}; true or false is expected", what, quoted(bias)));
        architecture.add_linear(input, text_of(json, "layer", what), integer_of(json, "out", what),
                                bias.get<bool>());
    } else {
        throw FormatError(fmt::format("{} is {}; known are \"{}\", \"{}\" and \"{}\"", what,
                                      quoted(json.at("op")), kLinear, kRelu, kAdd));
    }
}

Architecture chain_from_json(const Json& json) {
    const std::string what = "the architecture";
    Architecture architecture{integer_of(json, "input", what), {}, {}};
    const Json& steps = field_of(json, "steps", what);
    if (!steps.is_array() || steps.size() > kMostSteps)
        throw FormatError(fmt::format("{}'s 'steps' is no array of at most {} steps", what, kMostSteps));
    for (const Json& step : steps) append_step(step, architecture);
    architecture.validate();
    return architecture;
}

Json step_json(const Architecture& architecture, std::size_t index) {
    const Step& step = architecture.steps[index];
    Json json;
    switch (step.kind) {
        case Step::Kind::kLinear: {
            const LayerShape& layer = architecture.layers[step.layer];
            json = {{"op", kLinear}, {"layer", layer.name}, {"out", layer.out}, {"bias", layer.bias}};
            break;
        }
        case Step::Kind::kRelu:
            json = {{"op", kRelu}};
            break;
        case Step::Kind::kAdd:
            json = {{"op", kAdd}, {"other", step.other}};
            break;
    }
    if (step.input != index) json["input"] = step.input;
    return json;
}

}  // namespace

Json to_json(const Architecture& architecture) {
    if (const auto sizes = residual_mlp_sizes(architecture)) {
        return {{"architecture", kMlpKind},
                {"input", sizes->input},
                {"hidden", sizes->hidden},
                {"blocks", sizes->blocks},
                {"classes", sizes->classes}};
    }
    Json steps = Json::array();
    for (std::size_t i = 0; i < architecture.steps.size(); ++i) steps.push_back(step_json(architecture, i));
    return {{"architecture", kChainKind}, {"input", architecture.input}, {"steps", std::move(steps)}};
}

Architecture architecture_from_json(const Json& json) {
    if (!json.is_object()) throw FormatError("the architecture is not a JSON object");
    const auto kind = json.find("architecture");
    try {
        if (kind != json.end() && *kind == kMlpKind) return mlp_from_json(json);
        if (kind != json.end() && *kind == kChainKind) return chain_from_json(json);
    } catch (const InvalidArgument& error) {
        throw FormatError(error.what());
    }
    throw FormatError(fmt::format("the architecture is {}; only \"{}\" and \"{}\" are known",
                                  kind == json.end() ? "not named" : quoted(*kind), kMlpKind, kChainKind));
}

}  // namespace eckart::model
