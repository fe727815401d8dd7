#include "io/onnx/node_attributes.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "io/onnx/faults.hpp"

namespace eckart::io {

namespace {

void require_type(const onnx::NodeProto& node, const onnx::AttributeProto& attribute, int type,
                  const std::filesystem::path& file) {
    if (attribute.type() == type) return;
    fail_onnx(file, fmt::format("gives {} a '{}' of the wrong type; export it again", node_text(node),
                                printable(attribute.name())));
}

}  // namespace

const onnx::AttributeProto* find_attribute(const onnx::NodeProto& node, const std::string& name) {
    const auto found =
        std::ranges::find_if(node.attribute(), [&](const auto& a) { return a.name() == name; });
    return found == node.attribute().end() ? nullptr : &*found;
}

std::int64_t integer_attribute(const onnx::NodeProto& node, const std::string& name, std::int64_t otherwise,
                               const std::filesystem::path& file) {
    const onnx::AttributeProto* attribute = find_attribute(node, name);
    if (attribute == nullptr) return otherwise;
    require_type(node, *attribute, onnx::AttributeProto::INT, file);
    return attribute->i();
}

bool flag_attribute(const onnx::NodeProto& node, const std::string& name, const std::filesystem::path& file) {
    const std::int64_t value = integer_attribute(node, name, 0, file);
    if (value != 0 && value != 1) {
        fail_onnx(file, fmt::format("gives {} {} = {}, where 0 or 1 belongs; export it again",
                                    node_text(node), name, value));
    }
    return value == 1;
}

std::vector<std::int64_t> integers_attribute(const onnx::NodeProto& node, const std::string& name,
                                             const std::filesystem::path& file) {
    const onnx::AttributeProto* attribute = find_attribute(node, name);
    if (attribute == nullptr) return {};
    require_type(node, *attribute, onnx::AttributeProto::INTS, file);
    return {attribute->ints().begin(), attribute->ints().end()};
}

float float_attribute(const onnx::NodeProto& node, const std::string& name, float otherwise,
                      const std::filesystem::path& file) {
    const onnx::AttributeProto* attribute = find_attribute(node, name);
    if (attribute == nullptr) return otherwise;
    require_type(node, *attribute, onnx::AttributeProto::FLOAT, file);
    if (!std::isfinite(attribute->f())) {
        fail_onnx(file, fmt::format("gives {} {} = {}, which is no finite number; export it again",
                                    node_text(node), name, attribute->f()));
    }
    return attribute->f();
}

void remove_attribute(onnx::NodeProto& node, const std::string& name) {
    auto* attributes = node.mutable_attribute();
    for (int i = attributes->size() - 1; i >= 0; --i) {
        if (attributes->Get(i).name() == name) attributes->DeleteSubrange(i, 1);
    }
}

void set_integer_attribute(onnx::NodeProto& node, const std::string& name, std::int64_t value) {
    remove_attribute(node, name);
    onnx::AttributeProto* attribute = node.add_attribute();
    attribute->set_name(name);
    attribute->set_type(onnx::AttributeProto::INT);
    attribute->set_i(value);
}

}  // namespace eckart::io
