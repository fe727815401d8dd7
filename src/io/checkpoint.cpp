#include "eckart/io/checkpoint.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "eckart/core/atomic_file.hpp"
#include "eckart/core/error.hpp"
#include "eckart/io/safetensors.hpp"
#include "io/metadata.hpp"
#include "io/network_tensors.hpp"

namespace eckart::io {

namespace {

constexpr const char* kMoment1 = "adam.m.";
constexpr const char* kMoment2 = "adam.v.";
constexpr std::string_view kExtra = "train.";
constexpr std::size_t kLongestState = 64U << 20U;  // room for the history of 100,000 epochs

void append_moments(std::vector<TensorSource>& tensors, std::size_t count, const char* prefix,
                    std::span<const MatrixF> moments) {
    if (moments.size() != count) {
        throw InvalidArgument(fmt::format("checkpoint: {} moments for {} parameters", moments.size(), count));
    }
    for (std::size_t i = 0; i < count; ++i) {
        TensorSource moment = tensors[i];
        std::uint64_t size = 1;
        for (const std::uint64_t dimension : moment.shape) size *= dimension;
        if (static_cast<std::uint64_t>(moments[i].size()) != size) {
            throw InvalidArgument(fmt::format("checkpoint: a moment of {} entries for '{}' of {}",
                                              moments[i].size(), moment.name, size));
        }
        moment.name = prefix + moment.name;
        moment.data = moments[i].data();
        tensors.push_back(std::move(moment));
    }
}

std::vector<MatrixF> read_moments(const SafetensorsReader& reader, const model::Network<float>& network,
                                  const char* prefix, std::vector<std::string>& used) {
    std::vector<MatrixF> moments;
    for (const model::Parameter<float>* parameter : network.parameters()) {
        used.push_back(prefix + parameter->name);
        moments.push_back(read_shaped(reader, used.back(), parameter->is_vector ? 0 : parameter->value.rows(),
                                      parameter->value.cols()));
    }
    return moments;
}

std::map<std::string, MatrixF> read_extra(const SafetensorsReader& reader, std::vector<std::string>& used) {
    std::map<std::string, MatrixF> extra;
    for (const TensorInfo& tensor : reader.header().tensors) {
        // A layer of the network may have a name that begins so.
        if (!tensor.name.starts_with(kExtra) || std::ranges::find(used, tensor.name) != used.end()) continue;
        used.push_back(tensor.name);
        extra.emplace(tensor.name.substr(kExtra.size()), reader.read_matrix(tensor));
    }
    return extra;
}

/// The trainer's part of a checkpoint.
Json read_state(const SafetensorsReader& reader) {
    const auto& metadata = reader.header().metadata;
    const auto entry = metadata.find(kStateKey);
    if (entry == metadata.end()) {
        throw FormatError(
            fmt::format("'{}' is not a checkpoint of a training run; name the one that was interrupted",
                        reader.path().string()));
    }
    try {
        Json state = parse_metadata(entry->second, kLongestState);
        if (!state.is_object()) throw FormatError("it is not an object");
        return state;
    } catch (const FormatError& error) {
        throw FormatError(fmt::format("'{}' has an unusable training state: {}; train again without --resume",
                                      reader.path().string(), error.what()));
    }
}

}  // namespace

void save_checkpoint(const model::Network<float>& network, std::span<const MatrixF> moment1,
                     std::span<const MatrixF> moment2, const Json& state, const std::filesystem::path& target,
                     std::vector<TensorSource> extra) {
    std::vector<TensorSource> tensors = tensors_of(network);
    const std::size_t count = tensors.size();
    append_moments(tensors, count, kMoment1, moment1);
    append_moments(tensors, count, kMoment2, moment2);
    for (TensorSource& tensor : extra) {
        tensor.name.insert(0, kExtra);
        tensors.push_back(std::move(tensor));
    }
    AtomicFile file(target, Overwrite::kReplace);
    write_safetensors(
        file,
        {{kArchitectureKey, to_text(model::to_json(network.architecture()))}, {kStateKey, to_text(state)}},
        std::move(tensors));
    file.commit();
}

Checkpoint load_checkpoint(const std::filesystem::path& path) {
    const SafetensorsReader reader(path);
    Json state = read_state(reader);
    std::vector<std::string> used;
    model::Network<float> network = read_network(reader, used);
    std::vector<MatrixF> moment1 = read_moments(reader, network, kMoment1, used);
    std::vector<MatrixF> moment2 = read_moments(reader, network, kMoment2, used);
    std::map<std::string, MatrixF> extra = read_extra(reader, used);
    refuse_surplus(reader, used);
    return {std::move(network), std::move(moment1), std::move(moment2), std::move(state), std::move(extra)};
}

}  // namespace eckart::io
