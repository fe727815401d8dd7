#include "io/onnx/chain_import.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "eckart/core/error.hpp"
#include "io/dtype.hpp"
#include "io/onnx/chain_layers.hpp"
#include "io/onnx/chain_shapes.hpp"
#include "io/onnx/faults.hpp"
#include "io/onnx/graph_check.hpp"
#include "io/onnx/node_attributes.hpp"

namespace eckart::io {

namespace {

constexpr const char* kUnderstood =
    "a chain has Gemm, MatMul, Add, Relu, Flatten, Reshape to two dimensions, Identity, Dropout and Cast, "
    "and "
    "Softmax or LogSoftmax at its end; 'eckart compress' and 'eckart inspect' take any graph";

/// A value of the graph that the network computes.
struct Activation {
    std::size_t value = 0;  ///< its number in the architecture
    Shape dims;             ///< without the number of samples; kUnknown where the file does not tell
    bool last = false;      ///< a softmax has been left out before it
};

constexpr std::int64_t kUnknown = -1;

class ChainImporter {
  public:
    explicit ChainImporter(const TensorData& data)
        : index_(data.model(), data.path()), layers_(data, index_) {}

    model::Network<float> import() {
        add_input();
        const std::unordered_set<int> needed = needed_nodes();
        for (int i = 0; i < index_.graph().node_size(); ++i) {
            if (needed.contains(i)) add_node(i);
        }
        require_output();
        return layers_.network();
    }

  private:
    [[noreturn]] void fail(const std::string& fault) const {
        fail_onnx(index_.file(),
                  fmt::format("is no chain of layers that Eckart can run: {}; {}", fault, kUnderstood));
    }

    [[noreturn]] void fail(const onnx::NodeProto& node, const std::string& fault) const {
        fail(fmt::format("{} {}", node_text(node), fault));
    }

    model::Architecture& architecture() { return layers_.architecture(); }

    void add_input() {
        std::vector<const onnx::ValueInfoProto*> inputs;
        for (const onnx::ValueInfoProto& input : index_.graph().input()) {
            if (index_.initializer(input.name()) == nullptr) inputs.push_back(&input);
        }
        if (inputs.size() != 1) fail(fmt::format("it has {} inputs instead of one", inputs.size()));
        const onnx::TypeProto::Tensor& type = inputs.front()->type().tensor_type();
        if (!is_floating(dtype_name(type.elem_type())))
            fail(fmt::format("its input has entries of {}, not of floats", dtype_name(type.elem_type())));
        Activation activation;
        if (!type.has_shape()) activation.dims = {kUnknown};
        for (int i = 0; i < type.shape().dim_size(); ++i) {
            const auto& dim = type.shape().dim(i);
            const std::int64_t size = dim.has_dim_value() && dim.dim_value() > 0 ? dim.dim_value() : kUnknown;
            if (i == 0) {
                fixed_batch_ = size;
            } else {
                activation.dims.push_back(size);
            }
        }
        if (has_channels_last(activation.dims)) {
            fail(fmt::format("its input has the channels last ({}); images come with the channels first",
                             fmt::join(activation.dims, ", ")));
        }
        if (activation.dims.empty()) fail("its input has no dimension for samples and one for their numbers");
        architecture().input = flat(activation.dims);
        activations_[inputs.front()->name()] = activation;
        layers_.note_name(0, inputs.front()->name());
    }

    /// Of a sample: (32, 32, 3), not (3, 32, 32).
    static bool has_channels_last(const std::vector<std::int64_t>& dims) {
        return dims.size() == 3 && dims[2] == 3 && dims[0] == dims[1] && dims[0] > 4;
    }

    /// How many numbers a sample of these dimensions has; kUnknown where one is not known.
    std::int64_t flat(const Shape& dims) const {
        std::int64_t product = 1;
        for (const std::int64_t dim : dims) {
            if (dim == kUnknown) return kUnknown;
            if (dim > model::kLargestWidth || (product *= dim) > model::kLargestWidth)
                fail(fmt::format("its input has more than {} numbers per sample", model::kLargestWidth));
        }
        return product;
    }

    /// The nodes that the output depends on.
    [[nodiscard]] std::unordered_set<int> needed_nodes() const {
        if (index_.graph().output_size() != 1)
            fail(fmt::format("it has {} outputs instead of one", index_.graph().output_size()));
        std::unordered_set<int> needed;
        std::vector<std::string> open{index_.graph().output(0).name()};
        while (!open.empty()) {
            const int producer = index_.producer(open.back());
            open.pop_back();
            if (producer < 0 || !needed.insert(producer).second) continue;
            for (const std::string& input : index_.node(producer).input()) open.push_back(input);
        }
        return needed;
    }

    void require_output() {
        const auto found = activations_.find(index_.graph().output(0).name());
        if (found == activations_.end()) fail("its output does not come from its input");
        if (found->second.dims.size() != 1) fail("its output has not two dimensions");
    }

    void add_node(int number) {
        const onnx::NodeProto& node = index_.node(number);
        const auto is_activation = [&](const std::string& input) { return activations_.contains(input); };
        // What has no such input makes weights and shapes, and is looked at where they are used.
        if (std::ranges::none_of(node.input(), is_activation) || GraphIndex::is(node, "Shape")) return;
        using Handler = void (ChainImporter::*)(int, const onnx::NodeProto&);
        static constexpr std::pair<const char*, Handler> kHandlers[] = {
            {"Gemm", &ChainImporter::add_product},
            {"MatMul", &ChainImporter::add_product},
            {"Add", &ChainImporter::add_sum},
            {"Relu", &ChainImporter::add_relu},
            {"Flatten", &ChainImporter::flatten},
            {"Reshape", &ChainImporter::reshape},
            {"Identity", &ChainImporter::pass},
            {"Dropout", &ChainImporter::pass_dropout},
            {"Cast", &ChainImporter::pass_cast},
            {"Softmax", &ChainImporter::end_in_softmax},
            {"LogSoftmax", &ChainImporter::end_in_softmax}};
        for (const auto& [op, handle] : kHandlers) {
            if (GraphIndex::is(node, op)) return (this->*handle)(number, node);
        }
        fail(node, "is not understood");
    }

    const Activation& computed(const onnx::NodeProto& node, int input) const {
        const auto found =
            input < node.input_size() ? activations_.find(node.input(input)) : activations_.end();
        if (found == activations_.end())
            fail(node, fmt::format("has an input {} that the network does not compute", input + 1));
        return found->second;
    }

    /// The same, with more to come.
    const Activation& activation(const onnx::NodeProto& node, int input) const {
        const Activation& x = computed(node, input);
        if (x.last) fail(node, "comes after a softmax");
        return x;
    }

    /// The same, one row of numbers per sample.
    Activation row(const onnx::NodeProto& node, int input) const {
        Activation x = activation(node, input);
        if (x.dims.size() != 1)
            fail(node, fmt::format("works on a value of {} dimensions; flatten it first", x.dims.size() + 1));
        return x;
    }

    void set(const onnx::NodeProto& node, Activation y) {
        if (node.output_size() == 0 || node.output(0).empty()) fail(node, "has no output");
        layers_.note_name(y.value, node.output(0));
        activations_[node.output(0)] = std::move(y);
    }

    void add_product(int number, const onnx::NodeProto& node) {
        const LinearPlace place = layers_.find(number);
        if (!place.why_not.empty()) fail(node, place.why_not);
        const Activation x = row(node, 0);
        const std::int64_t in = place.linear->in;
        if (x.dims[0] != kUnknown && x.dims[0] != in)
            fail(node, fmt::format("takes {} numbers per sample, but gets {}", in, x.dims[0]));
        if (x.dims[0] == kUnknown) architecture().input = in;
        const std::size_t value = layers_.add(place, x.value);
        set(node, {value, {place.linear->out}});
    }

    void add_sum(int, const onnx::NodeProto& node) {
        if (node.input_size() != 2) fail(node, fmt::format("has {} inputs", node.input_size()));
        const bool left = activations_.contains(node.input(0));
        if (left && activations_.contains(node.input(1))) {
            const Activation a = activation(node, 0);
            const Activation b = activation(node, 1);
            if (a.dims != b.dims) fail(node, "adds values of different shapes");
            return set(node, {layers_.add_sum(a.value, b.value), a.dims});
        }
        const Activation x = row(node, left ? 0 : 1);
        const std::string fault = layers_.add_to_bias(x.value, node.input(left ? 1 : 0));
        if (!fault.empty()) fail(node, fault);
        set(node, x);
    }

    void add_relu(int, const onnx::NodeProto& node) {
        const Activation x = activation(node, 0);
        set(node, {layers_.add_relu(x.value), x.dims});
    }

    void flatten(int, const onnx::NodeProto& node) {
        const Activation x = activation(node, 0);
        const auto rank = static_cast<std::int64_t>(x.dims.size()) + 1;
        std::int64_t axis = integer_attribute(node, "axis", 1, index_.file());
        if (axis < 0) axis += rank;
        if (axis != 1) fail(node, "does not keep the first dimension, the samples");
        set(node, {x.value, {flat(x.dims)}});
    }

    void reshape(int, const onnx::NodeProto& node) {
        const Activation x = activation(node, 0);
        const auto shape =
            node.input_size() < 2
                ? std::nullopt
                : find_shape(index_, node.input(1), [&](const auto& name) { return shape_of(name); });
        if (!shape) fail(node, "has a shape that is not known before it runs");
        std::int64_t width = flat(x.dims);
        const bool allow_zero = flag_attribute(node, "allowzero", index_.file());
        bool fits = shape->size() == 2;
        if (fits) {
            const std::int64_t samples = shape->front();
            const std::int64_t numbers = shape->back();
            const bool known = numbers > 0 && (width == kUnknown || numbers == width);
            const bool keeps = samples == kBatch || (samples == 0 && !allow_zero) ||
                               (samples > 0 && samples == fixed_batch_);
            fits = (known && (keeps || samples == -1)) || (numbers == -1 && keeps);
            if (known) width = numbers;
        }
        if (!fits) {
            fail(node, fmt::format("does not bring its input to two dimensions, samples and the {} of one",
                                   width == kUnknown ? "numbers" : fmt::format("{} numbers", width)));
        }
        if (flat(x.dims) == kUnknown && width != kUnknown) architecture().input = width;
        set(node, {x.value, {width}});
    }

    std::optional<Shape> shape_of(const std::string& name) const {
        const auto found = activations_.find(name);
        if (found == activations_.end()) return std::nullopt;
        Shape shape = found->second.dims;
        if (std::ranges::find(shape, kUnknown) != shape.end()) return std::nullopt;
        shape.insert(shape.begin(), kBatch);
        return shape;
    }

    void pass(int, const onnx::NodeProto& node) { set(node, computed(node, 0)); }

    void pass_dropout(int, const onnx::NodeProto& node) {
        if (node.input_size() > 2 && !node.input(2).empty() && !layers_.is_false(node.input(2)))
            fail(node, "runs as in training; export the model for inference");
        set(node, activation(node, 0));
    }

    void pass_cast(int, const onnx::NodeProto& node) {
        const std::int64_t to = integer_attribute(node, "to", 0, index_.file());
        if (!is_floating(dtype_name(static_cast<int>(to)))) fail(node, "makes other numbers than floats");
        pass(0, node);
    }

    void end_in_softmax(int, const onnx::NodeProto& node) {
        Activation x = row(node, 0);
        const std::int64_t axis =
            integer_attribute(node, "axis", index_.opset() < 13 ? 1 : -1, index_.file());
        if (axis != 1 && axis != -1) fail(node, "does not run over the classes");
        x.last = true;
        set(node, std::move(x));
    }

    GraphIndex index_;
    ChainLayers layers_;
    std::unordered_map<std::string, Activation> activations_;
    std::int64_t fixed_batch_ = kUnknown;
};

}  // namespace

model::Network<float> import_chain(const TensorData& data) {
    check_graph(data.model(), data.path());
    try {
        return ChainImporter(data).import();
    } catch (const InvalidArgument& error) {
        fail_onnx(data.path(), fmt::format("is no network that Eckart can run: {}", error.what()));
    }
}

}  // namespace eckart::io
