#include "eckart/train/checkpoint.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <map>
#include <utility>
#include <vector>

#include "eckart/core/error.hpp"
#include "eckart/io/checkpoint.hpp"

namespace eckart::train {

namespace {

constexpr const char* kSchema = "eckart.train-state/2";

/// The first option on which a checkpoint and the caller differ, in words; empty when the run may go on.
std::string difference(const Json& saved, const TrainOptions& options) {
    // The member is not there for free factors.
    const std::string factors = saved.value("factors", to_string(FactorUpdate::kFree));
    if (factors != to_string(options.factors))
        return fmt::format("{} factors instead of {}", factors, to_string(options.factors));
    const Json wanted = to_json(options);
    for (const auto& [key, value] : wanted.items()) {
        const Json& before = saved.at(key);
        const bool prolonged = key == "epochs" && options.schedule == Schedule::kConstant &&
                               before.get<std::int64_t>() <= options.epochs;
        if (before != value && !prolonged)
            return fmt::format("{} {} instead of {}", key, before.dump(), value.dump());
    }
    return {};
}

/// The tensors of orthogonal factors, with the names under which a checkpoint has them.
template <class Factors>
auto tensors_of(Factors& factors, const std::string& layer) {
    return std::array{std::pair(layer + ".u", &factors.u), std::pair(layer + ".sigma", &factors.sigma),
                      std::pair(layer + ".v", &factors.v),
                      std::pair(layer + ".sigma.m", &factors.sigma_moment1),
                      std::pair(layer + ".sigma.v", &factors.sigma_moment2)};
}

std::vector<io::TensorSource> extra_of(const TrainState& state) {
    std::vector<io::TensorSource> extra;
    for (const OrthogonalFactors& factors : state.factors) {
        for (const auto& [name, matrix] : tensors_of(factors, state.network.layer(factors.layer).name())) {
            extra.push_back(
                {name,
                 {static_cast<std::uint64_t>(matrix->rows()), static_cast<std::uint64_t>(matrix->cols())},
                 matrix->data()});
        }
    }
    return extra;
}

/// Takes the factors out of `extra`, which must hold them for every factored layer. Throws FormatError.
std::vector<OrthogonalFactors> factors_from(const model::Network<float>& network,
                                            std::map<std::string, MatrixF>& extra, const std::string& file) {
    std::vector<OrthogonalFactors> all;
    for (std::size_t i = 0; i < network.layer_count(); ++i) {
        const model::Linear<float>& layer = network.layer(i);
        if (!layer.factored()) continue;
        const Eigen::Index r = layer.rank();
        const std::array<Eigen::Index, 5> rows{layer.out(), 1, layer.in(), 1, 1};
        OrthogonalFactors factors;
        factors.layer = i;
        const auto tensors = tensors_of(factors, layer.name());
        for (std::size_t k = 0; k < tensors.size(); ++k) {
            const auto& [name, matrix] = tensors[k];
            const auto found = extra.extract(name);
            if (found.empty() || found.mapped().rows() != rows[k] || found.mapped().cols() != r) {
                throw FormatError(fmt::format(
                    "{}: it has no tensor 'train.{}' ({}, {}), which a run with orthogonal factors needs; "
                    "train again without --resume",
                    file, name, rows[k], r));
            }
            *matrix = std::move(found.mapped());
        }
        all.push_back(std::move(factors));
    }
    return all;
}

/// As FNV-1a of 64 bits, but over 8 bytes at a time, so that a network of 100 MB costs no noticeable time.
class Hash {
  public:
    void add(const void* bytes, std::size_t size) {
        const auto* next = static_cast<const unsigned char*>(bytes);
        while (size > 0) {
            std::uint64_t word = 0;
            const std::size_t count = std::min(size, sizeof word);
            std::memcpy(&word, next, count);
            value_ = (value_ ^ word) * 0x100000001b3U;
            // Multiplication carries upwards only: without this, high bits of a word would hardly count.
            value_ ^= value_ >> 32U;
            next += count;
            size -= count;
        }
    }
    [[nodiscard]] std::uint64_t value() const { return value_; }

  private:
    std::uint64_t value_ = 0xcbf29ce484222325U;
};

}  // namespace

std::string fingerprint(const model::Network<float>& network) {
    Hash hash;
    for (const model::Parameter<float>* parameter : network.parameters()) {
        const MatrixF& value = parameter->value;
        const std::string head = fmt::format("{} {} {}\n", parameter->name, value.rows(), value.cols());
        hash.add(head.data(), head.size());
        hash.add(value.data(), static_cast<std::size_t>(value.size()) * sizeof(float));
    }
    return fmt::format("eckart64:{:016x}", hash.value());
}

void save_state(const TrainState& state, const TrainOptions& options, const Origin& origin,
                const std::filesystem::path& target) {
    const Json json{{"schema", kSchema},
                    {"options", to_json(options)},
                    {"data_checksum", origin.data_checksum},
                    {"start", origin.start},
                    {"epochs_done", state.epochs_done},
                    {"samples_done", state.samples_done},
                    {"steps_done", state.steps_done},
                    {"loss_sum", state.loss_sum},
                    {"seconds", state.seconds},
                    {"history", to_json(state.history)}};
    io::save_checkpoint(state.network, state.moment1, state.moment2, json, target, extra_of(state));
}

TrainState load_state(const std::filesystem::path& path, const TrainOptions& options, const Origin& origin) {
    io::Checkpoint checkpoint = io::load_checkpoint(path);
    TrainState state{std::move(checkpoint.network), std::move(checkpoint.moment1),
                     std::move(checkpoint.moment2)};
    const Json& json = checkpoint.state;
    std::string different;
    bool same_data = false;
    bool same_start = false;
    try {
        if (json.at("schema") != kSchema) {
            throw FormatError(fmt::format(
                "{}: not a training checkpoint of this version of eckart; train again", path.string()));
        }
        different = difference(json.at("options"), options);
        same_data = json.at("data_checksum") == origin.data_checksum;
        same_start = json.at("start") == origin.start;
        json.at("epochs_done").get_to(state.epochs_done);
        json.at("samples_done").get_to(state.samples_done);
        json.at("steps_done").get_to(state.steps_done);
        json.at("loss_sum").get_to(state.loss_sum);
        json.at("seconds").get_to(state.seconds);
        for (const Json& record : json.at("history")) state.history.push_back(epoch_record_from_json(record));
    } catch (const Json::exception& error) {
        throw FormatError(
            fmt::format("{}: its training state is malformed ({}); train again without --resume",
                        path.string(), error.what()));
    }
    if (!different.empty()) {
        throw InvalidArgument(fmt::format(
            "{}: the interrupted run has {}; give the same options to resume it", path.string(), different));
    }
    if (!same_data) {
        throw InvalidArgument(fmt::format(
            "{}: the interrupted run used other data; give the same --data to resume it", path.string()));
    }
    if (!same_start) {
        throw InvalidArgument(fmt::format(
            "{}: the interrupted run began with another network; give the network and the options of the "
            "interrupted run to resume it",
            path.string()));
    }
    if (options.factors == FactorUpdate::kOrthogonal)
        state.factors = factors_from(state.network, checkpoint.extra, path.string());
    if (!checkpoint.extra.empty()) {
        throw FormatError(
            fmt::format("{}: it holds 'train.{}', which no run of its options has; train again "
                        "without --resume",
                        path.string(), checkpoint.extra.begin()->first));
    }
    return state;
}

}  // namespace eckart::train
