#include "io/onnx/constant_weight.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <vector>

#include "io/dtype.hpp"
#include "io/onnx/element_type.hpp"
#include "io/onnx/faults.hpp"
#include "io/onnx/node_attributes.hpp"
#include "io/onnx/tensor_data.hpp"

namespace eckart::io {

namespace {

const onnx::TensorProto* constant_value(const GraphIndex& index, const onnx::NodeProto& node) {
    if (node.attribute_size() != 1) {
        fail_onnx(index.file(), fmt::format("gives {} {} values where one belongs; export it again",
                                            node_text(node), node.attribute_size()));
    }
    const onnx::AttributeProto& value = node.attribute(0);
    if (value.name() == "value" && !value.has_t()) {
        fail_onnx(index.file(),
                  fmt::format("gives {} a value that is no tensor; export it again", node_text(node)));
    }
    return value.name() == "value" ? &value.t() : nullptr;
}

/// Whether the node swaps the two axes of a matrix.
bool swaps(const GraphIndex& index, const onnx::NodeProto& node, int rank) {
    std::vector<std::int64_t> perm = integers_attribute(node, "perm", index.file());
    if (perm.empty()) return true;
    std::vector<std::int64_t> sorted = perm;
    std::ranges::sort(sorted);
    bool valid = static_cast<int>(perm.size()) == rank;
    for (std::size_t i = 0; valid && i < sorted.size(); ++i)
        valid = sorted[i] == static_cast<std::int64_t>(i);
    if (!valid) {
        fail_onnx(index.file(),
                  fmt::format("gives {} a perm that does not fit its input of {} dimensions; export it "
                              "again",
                              node_text(node), rank));
    }
    return perm.front() == 1;
}

/// Follows one value; the flags gather in `weight`.
class Follower {
  public:
    Follower(const GraphIndex& index, ConstantWeight& weight) : index_(index), weight_(weight) {}

    bool follow(const std::string& value) {
        if (const onnx::TensorProto* tensor = index_.initializer(value); tensor != nullptr) {
            return take(value, tensor);
        }
        constexpr int kLongest = 64;  // no exporter makes more nodes of one weight; recursion has an end
        const int producer = index_.producer(value);
        if (producer < 0 || ++length_ > kLongest) return false;
        const onnx::NodeProto& node = index_.node(producer);
        if (GraphIndex::is(node, "Constant")) {
            const onnx::TensorProto* tensor = constant_value(index_, node);
            return tensor != nullptr && take(value, tensor) && weight_.nodes.insert(producer).second;
        }
        if (node.input_size() == 0 || !is_understood(node) || !follow(node.input(0))) return false;
        weight_.nodes.insert(producer);
        apply(node, producer);
        return true;
    }

  private:
    static bool is_understood(const onnx::NodeProto& node) {
        return std::ranges::any_of(std::vector{"Identity", "Transpose", "Cast", "DequantizeLinear"},
                                   [&](const char* op) { return GraphIndex::is(node, op); });
    }

    bool take(const std::string& value, const onnx::TensorProto* tensor) {
        weight_.value = value;
        weight_.tensor = tensor;
        return true;
    }

    void apply(const onnx::NodeProto& node, int number) {
        if (GraphIndex::is(node, "Transpose")) {
            if (weight_.tensor->dims_size() != 2) {
                weight_.fault = "is transposed and has not two dimensions";
            } else if (swaps(index_, node, 2)) {
                weight_.transposed = !weight_.transposed;
            }
        } else if (GraphIndex::is(node, "Cast")) {
            if (weight_.cast >= 0) weight_.fault = "is converted twice before it is used";
            weight_.cast = number;
            const std::int64_t to = integer_attribute(node, "to", 0, index_.file());
            if (!is_floating(dtype_name(static_cast<int>(to))) || weight_.quantization)
                weight_.fault = "is converted to another type before it is used";
        } else if (GraphIndex::is(node, "DequantizeLinear")) {
            dequantize(node);
        }
    }

    void dequantize(const onnx::NodeProto& node) {
        if (weight_.transposed || weight_.cast >= 0 || weight_.quantization) {
            weight_.fault = "is quantized in a way that is not understood";
            return;
        }
        Quantization quantization;
        quantization.scale = constant_input(node, 1);
        quantization.zero_point = constant_input(node, 2);
        const bool has_zero_point = node.input_size() > 2 && !node.input(2).empty();
        if (quantization.scale == nullptr || (has_zero_point && quantization.zero_point == nullptr)) {
            weight_.fault = "is quantized with a scale that is not constant";
            return;
        }
        const std::int64_t type = integer_attribute(node, "output_dtype", 0, index_.file());
        if (type != 0 && type != quantization.scale->data_type()) {
            weight_.fault = "is quantized to another type than its scale's";
            return;
        }
        if (integer_attribute(node, "block_size", 0, index_.file()) != 0 ||
            quantization.scale->dims_size() > 1) {
            weight_.fault = "is quantized in blocks, which are not understood";
            return;
        }
        check_scales(node, quantization);
        weight_.quantization = quantization;
    }

    const onnx::TensorProto* constant_input(const onnx::NodeProto& node, int input) {
        if (node.input_size() <= input || node.input(input).empty()) return nullptr;
        const std::string& value = node.input(input);
        if (index_.may_be_replaced(value)) return nullptr;
        if (const onnx::TensorProto* tensor = index_.initializer(value); tensor != nullptr) return tensor;
        const int producer = index_.producer(value);
        const bool constant = producer >= 0 && GraphIndex::is(index_.node(producer), "Constant");
        return constant ? constant_value(index_, index_.node(producer)) : nullptr;
    }

    void check_scales(const onnx::NodeProto& node, Quantization& quantization) const {
        const onnx::TensorProto& tensor = *weight_.tensor;
        const auto rank = static_cast<std::int64_t>(tensor.dims_size());
        std::int64_t axis = integer_attribute(node, "axis", 1, index_.file());
        if (axis < 0) axis += rank;
        const std::uint64_t scales = entry_count(*quantization.scale);
        quantization.per_axis = quantization.scale->dims_size() == 1 && scales != 1;
        const bool axis_fits = !quantization.per_axis || (axis >= 0 && axis < rank);
        const std::uint64_t expected = quantization.per_axis && axis_fits
                                           ? static_cast<std::uint64_t>(tensor.dims(static_cast<int>(axis)))
                                           : 1;
        const bool zero_fits = quantization.zero_point == nullptr ||
                               (entry_count(*quantization.zero_point) == scales &&
                                quantization.zero_point->data_type() == tensor.data_type());
        if (!axis_fits || scales != expected || !zero_fits) {
            fail_onnx(index_.file(),
                      fmt::format("gives {} scales or zero points that do not fit its input; export "
                                  "it again",
                                  node_text(node)));
        }
        quantization.axis = static_cast<int>(axis);
    }

    const GraphIndex& index_;
    ConstantWeight& weight_;
    int length_ = 0;
};

}  // namespace

std::optional<ConstantWeight> find_constant(const GraphIndex& index, const std::string& value) {
    ConstantWeight weight;
    if (!Follower(index, weight).follow(value)) return std::nullopt;
    return weight;
}

}  // namespace eckart::io
