#include "training_options.hpp"

#include <fmt/core.h>

namespace eckart::cli {

TrainingRun TrainingArguments::training_run(const CommonOptions& common) const {
    TrainingRun run{options, output, log, resume, {}};
    run.options.seed = common.seed;
    if (!schedule.empty()) run.options.schedule = train::schedule_from_string(schedule);
    return run;
}

void add_data_option(Verb& verb, std::string& folder) {
    verb.add_text("--data", folder, "DIR", "Folder with the data set (CIFAR-10 binary batches or IDX files)",
                  Presence::kRequired);
}

void add_run_option(Verb& verb, std::string& folder) {
    verb.add_text("--run", folder, "DIR", "Leave results as JSON in this folder, for 'eckart report'");
}

void add_training_options(Verb& verb, TrainingArguments& arguments) {
    const train::TrainOptions& defaults = arguments.options;
    add_data_option(verb, arguments.data);
    verb.add_text("-o,--output", arguments.output, kNetworkFile,
                  "Where to save the network (safetensors, or ONNX for a name in .onnx)",
                  Presence::kRequired);
    verb.add_integer("--epochs", arguments.options.epochs, 1, 100'000,
                     fmt::format("Passes over the training set (default {})", defaults.epochs));
    verb.add_integer("--batch", arguments.options.batch, 1, 1'000'000,
                     fmt::format("Samples per step (default {})", defaults.batch));
    verb.add_real("--learning-rate", arguments.options.adam.learning_rate, 1e-12, 1e3,
                  fmt::format("Adam's learning rate (default {:g})", defaults.adam.learning_rate));
    verb.add_choice(
        "--schedule", arguments.schedule,
        {train::to_string(train::Schedule::kConstant), train::to_string(train::Schedule::kCosine)},
        fmt::format("How the learning rate changes (default {})", train::to_string(defaults.schedule)));
    verb.add_flag("--resume", arguments.resume, "Go on with an interrupted run");
    verb.add_text("--log", arguments.log, "FILE", "Write one JSON object per epoch to this file");
    add_run_option(verb, arguments.run_directory);
}

}  // namespace eckart::cli
