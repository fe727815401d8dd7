#pragma once

#include <optional>

#include "context.hpp"
#include "eckart/model/residual_mlp.hpp"
#include "training_run.hpp"

namespace eckart::cli {

/// `eckart train`: a new network trained on `data`, or one that is there trained on.
struct TrainJob {
    std::int64_t hidden = 1000;
    std::int64_t blocks = 2;
    std::optional<model::Network<float>> start = {};  ///< in the place of a new one of these sizes
    TrainingRun training;
    RunDirectory run_directory;
};

/// The network of `hidden` and `blocks` that takes the images of `data` and tells its classes apart.
model::MlpArchitecture reference_architecture(const data::DatasetPair& data, std::int64_t hidden,
                                              std::int64_t blocks);

/// Trains, saves the network and training.json, prints the transcript. Returns the exit code. Throws
/// InvalidArgument when the data do not fit the network to start with, or it has factored layers.
int run_train(const TrainJob& job, const data::DatasetPair& data, Context& context);

}  // namespace eckart::cli
