#include "eckart/io/checkpoint.hpp"

#include <fmt/core.h>

#include <string>
#include <utility>

#include "eckart/core/atomic_file.hpp"
#include "eckart/core/error.hpp"
#include "eckart/io/safetensors.hpp"
#include "io/network_tensors.hpp"

namespace eckart::io {

namespace {

constexpr const char* kMoment1 = "adam.m.";
constexpr const char* kMoment2 = "adam.v.";

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

std::vector<MatrixF> read_moments(const SafetensorsReader& reader, const model::ResidualMlp<float>& network,
                                  const char* prefix, std::vector<std::string>& used) {
    std::vector<MatrixF> moments;
    for (const model::Parameter<float>* parameter : network.parameters()) {
        used.push_back(prefix + parameter->name);
        moments.push_back(read_shaped(reader, used.back(), parameter->is_vector ? 0 : parameter->value.rows(),
                                      parameter->value.cols()));
    }
    return moments;
}

}  // namespace

void save_checkpoint(const model::ResidualMlp<float>& network, std::span<const MatrixF> moment1,
                     std::span<const MatrixF> moment2, const Json& state,
                     const std::filesystem::path& target) {
    std::vector<TensorSource> tensors = tensors_of(network);
    const std::size_t count = tensors.size();
    append_moments(tensors, count, kMoment1, moment1);
    append_moments(tensors, count, kMoment2, moment2);
    AtomicFile file(target, Overwrite::kReplace);
    write_safetensors(
        file,
        {{kArchitectureKey, to_text(model::to_json(network.architecture()))}, {kStateKey, to_text(state)}},
        std::move(tensors));
    file.commit();
}

Checkpoint load_checkpoint(const std::filesystem::path& path) {
    const SafetensorsReader reader(path);
    const auto& metadata = reader.header().metadata;
    const auto entry = metadata.find(kStateKey);
    Json state = entry == metadata.end() ? Json() : Json::parse(entry->second, nullptr, false);
    if (!state.is_object()) {
        throw FormatError(fmt::format(
            "'{}' is not a checkpoint of a training run; name the one that was interrupted", path.string()));
    }
    std::vector<std::string> used;
    model::ResidualMlp<float> network = read_network(reader, used);
    std::vector<MatrixF> moment1 = read_moments(reader, network, kMoment1, used);
    std::vector<MatrixF> moment2 = read_moments(reader, network, kMoment2, used);
    refuse_surplus(reader, used);
    return {std::move(network), std::move(moment1), std::move(moment2), std::move(state)};
}

}  // namespace eckart::io
