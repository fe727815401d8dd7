#include "eckart/train/checkpoint.hpp"

#include <fmt/core.h>

#include <utility>

#include "eckart/core/error.hpp"
#include "eckart/io/checkpoint.hpp"

namespace eckart::train {

namespace {

constexpr const char* kSchema = "eckart.train-state/1";

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

}  // namespace

void save_state(const TrainState& state, const TrainOptions& options, const std::string& data_checksum,
                const std::filesystem::path& target) {
    const Json json{{"schema", kSchema},
                    {"options", to_json(options)},
                    {"data_checksum", data_checksum},
                    {"epochs_done", state.epochs_done},
                    {"samples_done", state.samples_done},
                    {"steps_done", state.steps_done},
                    {"loss_sum", state.loss_sum},
                    {"seconds", state.seconds},
                    {"history", to_json(state.history)}};
    io::save_checkpoint(state.network, state.moment1, state.moment2, json, target);
}

TrainState load_state(const std::filesystem::path& path, const TrainOptions& options,
                      const std::string& data_checksum) {
    io::Checkpoint checkpoint = io::load_checkpoint(path);
    TrainState state{std::move(checkpoint.network), std::move(checkpoint.moment1),
                     std::move(checkpoint.moment2)};
    const Json& json = checkpoint.state;
    std::string different;
    bool same_data = false;
    try {
        if (json.at("schema") != kSchema) {
            throw FormatError(fmt::format(
                "{}: not a training checkpoint of this version of eckart; train again", path.string()));
        }
        different = difference(json.at("options"), options);
        same_data = json.at("data_checksum") == data_checksum;
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
    return state;
}

}  // namespace eckart::train
