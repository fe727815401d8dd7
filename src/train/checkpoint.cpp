#include "eckart/train/checkpoint.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <utility>

#include "eckart/core/error.hpp"
#include "eckart/io/checkpoint.hpp"

namespace eckart::train {

namespace {

constexpr const char* kSchema = "eckart.train-state/2";

/// The first option on which a checkpoint and the caller differ, in words; empty when the run may go on.
std::string difference(const Json& saved, const TrainOptions& options) {
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

std::string fingerprint(const model::ResidualMlp<float>& network) {
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
    io::save_checkpoint(state.network, state.moment1, state.moment2, json, target);
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
    return state;
}

}  // namespace eckart::train
