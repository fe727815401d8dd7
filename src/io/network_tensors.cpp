#include "io/network_tensors.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "eckart/core/error.hpp"
#include "eckart/model/residual_mlp.hpp"
#include "io/metadata.hpp"
#include "io/printable.hpp"

namespace eckart::io {

namespace {

// A step of a chain takes about 100 bytes. The sizes of a residual MLP, of which there are four, take 90 in
// all.
constexpr std::size_t kLongestArchitecture = 4U << 20U;
constexpr std::size_t kLongestMlpArchitecture = 1024;

[[noreturn]] void fail(const SafetensorsReader& reader, const std::string& fault) {
    throw FormatError(fmt::format("'{}' {}", reader.path().string(), fault));
}

std::string shape_text(const std::vector<std::uint64_t>& shape) {
    std::string text;
    for (const std::uint64_t dimension : shape)
        text += fmt::format("{}{}", text.empty() ? "" : ", ", dimension);
    return "(" + text + ")";
}

/// The sizes of layer `name`, whether it is stored dense or factored; nothing when it is not there.
std::optional<model::LayerShape> stored_layer(const SafetensorsReader& reader, const std::string& name) {
    const TensorInfo* weight = reader.find(name + ".weight");
    const TensorInfo* a = weight != nullptr ? weight : reader.find(name + ".0.weight");
    const TensorInfo* b = weight != nullptr ? weight : reader.find(name + ".1.weight");
    if (a == nullptr || b == nullptr || a->shape.size() != 2 || b->shape.size() != 2) return std::nullopt;
    return model::LayerShape{name, static_cast<std::int64_t>(b->shape[0]),
                             static_cast<std::int64_t>(a->shape[1])};
}

model::Architecture infer_architecture(const SafetensorsReader& reader) {
    const auto first = stored_layer(reader, "fc1");
    const auto last = stored_layer(reader, "fc2");
    if (!first || !last) {
        fail(reader,
             "is not a residual MLP: it has no linear layers 'fc1' and 'fc2' and no architecture in its "
             "metadata");
    }
    model::MlpArchitecture sizes{first->in, first->out, 0, last->out};
    while (sizes.blocks < 1000 && stored_layer(reader, fmt::format("res{}.layer1", sizes.blocks + 1)))
        ++sizes.blocks;
    return model::residual_mlp(sizes);
}

model::Architecture parse_architecture(const std::string& text) {
    const Json json = parse_metadata(text, kLongestArchitecture);
    model::Architecture architecture = model::architecture_from_json(json);
    if (model::residual_mlp_sizes(architecture)) (void)parse_metadata(text, kLongestMlpArchitecture);
    return architecture;
}

model::Architecture read_architecture(const SafetensorsReader& reader) {
    const auto& metadata = reader.header().metadata;
    const auto entry = metadata.find(kArchitectureKey);
    try {
        return entry == metadata.end() ? infer_architecture(reader) : parse_architecture(entry->second);
    } catch (const Error& error) {
        if (std::string(error.what()).starts_with('\'')) throw;
        fail(reader, fmt::format("has an unusable architecture: {}", error.what()));
    }
}

class LayerReader {
  public:
    LayerReader(const SafetensorsReader& reader, std::vector<std::string>& used)
        : reader_(reader), used_(used) {}

    std::unique_ptr<model::Linear<float>> read(const model::LayerShape& shape) {
        const TensorInfo* a = reader_.find(shape.name + ".0.weight");
        if (a == nullptr) {
            return std::make_unique<model::DenseLinear<float>>(
                shape.name, take(shape.name + ".weight", shape.out, shape.in),
                take_bias(shape.name + ".bias", shape));
        }
        if (a->shape.size() != 2 || a->shape[0] == 0) {
            fail(reader_,
                 fmt::format("holds '{}' with shape {}; the first factor is (rank, {}), rank at least 1",
                             printable(a->name), shape_text(a->shape), shape.in));
        }
        const auto rank = static_cast<Eigen::Index>(a->shape[0]);
        MatrixF first = take(shape.name + ".0.weight", rank, shape.in);
        return std::make_unique<model::FactoredLinear<float>>(
            shape.name, take(shape.name + ".1.weight", shape.out, rank), std::move(first),
            take_bias(shape.name + ".1.bias", shape));
    }

  private:
    MatrixF take_bias(const std::string& name, const model::LayerShape& shape) {
        return shape.bias ? take(name, 0, shape.out) : MatrixF();
    }

    MatrixF take(const std::string& name, Eigen::Index rows, Eigen::Index cols) {
        used_.push_back(name);
        return read_shaped(reader_, name, rows, cols);
    }

    const SafetensorsReader& reader_;
    std::vector<std::string>& used_;
};

}  // namespace

std::vector<TensorSource> tensors_of(const model::Network<float>& network) {
    std::vector<TensorSource> tensors;
    for (const model::Parameter<float>* parameter : network.parameters()) {
        const auto rows = static_cast<std::uint64_t>(parameter->value.rows());
        const auto cols = static_cast<std::uint64_t>(parameter->value.cols());
        tensors.push_back(
            {parameter->name,
             parameter->is_vector ? std::vector<std::uint64_t>{cols} : std::vector<std::uint64_t>{rows, cols},
             parameter->value.data()});
    }
    return tensors;
}

MatrixF read_shaped(const SafetensorsReader& reader, const std::string& name, Eigen::Index rows,
                    Eigen::Index cols) {
    const TensorInfo* tensor = reader.find(name);
    std::vector<std::uint64_t> shape{static_cast<std::uint64_t>(cols)};
    if (rows > 0) shape.insert(shape.begin(), static_cast<std::uint64_t>(rows));
    if (tensor == nullptr) fail(reader, fmt::format("has no tensor '{}' {}", name, shape_text(shape)));
    if (tensor->shape != shape) {
        fail(reader, fmt::format("holds '{}' with shape {}, but the architecture needs {}", name,
                                 shape_text(tensor->shape), shape_text(shape)));
    }
    return reader.read_matrix(*tensor);
}

std::map<std::string, std::int64_t> factor_ranks(const model::Network<float>& network) {
    std::map<std::string, std::int64_t> ranks;
    for (std::size_t i = 0; i < network.layer_count(); ++i) {
        if (network.layer(i).factored()) ranks[network.layer(i).name()] = network.layer(i).rank();
    }
    return ranks;
}

model::Network<float> read_network(const SafetensorsReader& reader, std::vector<std::string>& used) {
    model::Architecture architecture = read_architecture(reader);
    std::vector<std::unique_ptr<model::Linear<float>>> layers;
    LayerReader layer_reader(reader, used);
    for (const model::LayerShape& shape : architecture.layers) layers.push_back(layer_reader.read(shape));
    return {std::move(architecture), std::move(layers)};
}

void refuse_surplus(const SafetensorsReader& reader, const std::vector<std::string>& used) {
    for (const TensorInfo& tensor : reader.header().tensors) {
        if (std::ranges::find(used, tensor.name) == used.end()) {
            fail(reader,
                 fmt::format("holds the tensor '{}', which a network of its architecture does not have",
                             printable(tensor.name)));
        }
    }
}

}  // namespace eckart::io
