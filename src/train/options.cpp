#include "eckart/train/options.hpp"

#include <fmt/core.h>

#include <cmath>
#include <numbers>

#include "eckart/core/error.hpp"

namespace eckart::train {

void TrainOptions::validate() const {
    if (epochs < 1 || epochs > 100'000) {
        throw InvalidArgument(fmt::format("training: {} epochs; the number must be in 1 .. 100000", epochs));
    }
    if (batch < 1 || batch > 1'000'000) {
        throw InvalidArgument(fmt::format("training: batch {}; it must be in 1 .. 1000000", batch));
    }
    adam.validate();
}

double learning_rate(const TrainOptions& options, std::int64_t step, std::int64_t steps) {
    if (options.schedule == Schedule::kConstant) return options.adam.learning_rate;
    const double done = static_cast<double>(step) / static_cast<double>(steps);
    return options.adam.learning_rate / 2 * (1 + std::cos(std::numbers::pi * done));
}

std::string to_string(Schedule schedule) {
    return schedule == Schedule::kConstant ? "constant" : "cosine";
}

Schedule schedule_from_string(const std::string& name) {
    if (name == "constant") return Schedule::kConstant;
    if (name == "cosine") return Schedule::kCosine;
    throw InvalidArgument(fmt::format("unknown schedule '{}'; use 'constant' or 'cosine'", name));
}

std::string to_string(FactorUpdate factors) {
    return factors == FactorUpdate::kFree ? "free" : "orthogonal";
}

Json to_json(const TrainOptions& options) {
    Json json{{"epochs", options.epochs},
              {"batch", options.batch},
              {"learning_rate", options.adam.learning_rate},
              {"schedule", to_string(options.schedule)},
              {"seed", options.seed}};
    if (options.factors != FactorUpdate::kFree) json["factors"] = to_string(options.factors);
    return json;
}

}  // namespace eckart::train
