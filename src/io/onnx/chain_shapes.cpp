#include "io/onnx/chain_shapes.hpp"

#include <algorithm>

#include "io/onnx/node_attributes.hpp"

namespace eckart::io {

namespace {

constexpr std::size_t kLongestShape = 64;

/// A vector of INT64 or INT32 in the file itself; shapes are too short to lie elsewhere.
std::optional<Shape> whole_numbers(const onnx::TensorProto& tensor) {
    const bool wide = tensor.data_type() == onnx::TensorProto::INT64;
    if ((!wide && tensor.data_type() != onnx::TensorProto::INT32) || tensor.dims_size() > 1)
        return std::nullopt;
    const std::string& raw = tensor.raw_data();
    if (tensor.dims_size() == 1 && static_cast<std::uint64_t>(tensor.dims(0)) > kLongestShape)
        return std::nullopt;
    if (raw.empty()) {
        if (wide) return Shape(tensor.int64_data().begin(), tensor.int64_data().end());
        return Shape(tensor.int32_data().begin(), tensor.int32_data().end());
    }
    const std::size_t width = wide ? 8 : 4;
    Shape shape(raw.size() / width);
    for (std::size_t i = 0; i < shape.size(); ++i) {
        std::uint64_t bits = 0;
        for (std::size_t k = width; k-- > 0;)
            bits = bits << 8U | static_cast<unsigned char>(raw[i * width + k]);
        shape[i] = wide ? static_cast<std::int64_t>(bits)
                        : static_cast<std::int32_t>(static_cast<std::uint32_t>(bits));
    }
    return shape;
}

class ShapeFinder {
  public:
    ShapeFinder(const GraphIndex& index,
                const std::function<std::optional<Shape>(const std::string&)>& activation_shape)
        : index_(index), activation_shape_(activation_shape) {}

    std::optional<Shape> find(const std::string& value) {
        if (const onnx::TensorProto* tensor = index_.initializer(value)) return whole_numbers(*tensor);
        constexpr int kMostNodes = 200;
        const int producer = index_.producer(value);
        if (producer < 0 || ++nodes_ > kMostNodes) return std::nullopt;
        const onnx::NodeProto& node = index_.node(producer);
        if (GraphIndex::is(node, "Constant")) return constant(node);
        if (node.input_size() == 0) return std::nullopt;
        if (GraphIndex::is(node, "Shape")) return of_activation(node);
        if (GraphIndex::is(node, "Gather")) return gathered(node);
        if (GraphIndex::is(node, "Slice")) return sliced(node);
        if (GraphIndex::is(node, "Concat")) return joined(node);
        for (const char* same : {"Unsqueeze", "Squeeze", "Cast", "Identity"}) {
            if (GraphIndex::is(node, same)) return find(node.input(0));
        }
        return std::nullopt;
    }

  private:
    std::optional<Shape> constant(const onnx::NodeProto& node) const {
        const onnx::AttributeProto* value = find_attribute(node, "value");
        if (value != nullptr && value->has_t()) return whole_numbers(value->t());
        if (find_attribute(node, "value_ints") != nullptr)
            return integers_attribute(node, "value_ints", index_.file());
        if (find_attribute(node, "value_int") != nullptr)
            return Shape{integer_attribute(node, "value_int", 0, index_.file())};
        return std::nullopt;
    }

    static std::optional<Shape> part(const Shape& shape, std::int64_t start, std::int64_t end) {
        const auto size = static_cast<std::int64_t>(shape.size());
        const auto place = [&](std::int64_t i) {
            return std::clamp(i < 0 ? i + size : i, std::int64_t{0}, size);
        };
        start = place(start);
        end = std::max(start, place(end));
        return Shape(shape.begin() + start, shape.begin() + end);
    }

    std::optional<Shape> of_activation(const onnx::NodeProto& node) const {
        const std::optional<Shape> shape = activation_shape_(node.input(0));
        if (!shape) return std::nullopt;
        const auto size = static_cast<std::int64_t>(shape->size());
        return part(*shape, integer_attribute(node, "start", 0, index_.file()),
                    integer_attribute(node, "end", size, index_.file()));
    }

    std::optional<Shape> gathered(const onnx::NodeProto& node) {
        if (node.input_size() != 2) return std::nullopt;
        const std::optional<Shape> from = find(node.input(0));
        const std::optional<Shape> places = find(node.input(1));
        if (!from || !places || places->size() > kLongestShape) return std::nullopt;
        const auto size = static_cast<std::int64_t>(from->size());
        Shape shape;
        for (const std::int64_t place : *places) {
            if (place < -size || place >= size) return std::nullopt;
            shape.push_back((*from)[static_cast<std::size_t>(place < 0 ? place + size : place)]);
        }
        return shape;
    }

    std::optional<Shape> sliced(const onnx::NodeProto& node) {
        if (node.input_size() < 3) return std::nullopt;
        const std::optional<Shape> from = find(node.input(0));
        const std::optional<Shape> start = find(node.input(1));
        const std::optional<Shape> end = find(node.input(2));
        if (!from || !start || !end || start->size() != 1 || end->size() != 1) return std::nullopt;
        const bool has_step = node.input_size() > 4 && !node.input(4).empty();
        if (has_step && find(node.input(4)) != Shape{1}) return std::nullopt;
        return part(*from, start->front(), end->front());
    }

    std::optional<Shape> joined(const onnx::NodeProto& node) {
        Shape shape;
        for (const std::string& input : node.input()) {
            const std::optional<Shape> next = find(input);
            if (!next || shape.size() + next->size() > kLongestShape) return std::nullopt;
            shape.insert(shape.end(), next->begin(), next->end());
        }
        return shape;
    }

    const GraphIndex& index_;
    const std::function<std::optional<Shape>(const std::string&)>& activation_shape_;
    int nodes_ = 0;
};

}  // namespace

std::optional<Shape> find_shape(
    const GraphIndex& index, const std::string& value,
    const std::function<std::optional<Shape>(const std::string&)>& activation_shape) {
    return ShapeFinder(index, activation_shape).find(value);
}

}  // namespace eckart::io
