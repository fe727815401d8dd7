#include "training_options.hpp"

#include <fmt/core.h>

namespace eckart::cli {

TrainingRun TrainingArguments::training_run(const CommonOptions& common) const {
    TrainingRun run{options, output, log, resume, {}};
    run.options.seed = common.seed;
    if (!schedule.empty()) run.options.schedule = train::schedule_from_string(schedule);
    return run;
}

void add_data_option(CLI::App& verb, std::string& folder) {
    verb.add_option("--data", folder, "Folder with the data set (CIFAR-10 binary batches or IDX files)")
        ->type_name("DIR")
        ->required();
}

void add_run_option(CLI::App& verb, std::string& folder) {
    verb.add_option("--run", folder, "Leave results as JSON in this folder, for 'eckart report'")
        ->type_name("DIR");
}

void add_training_options(CLI::App& verb, TrainingArguments& arguments) {
    const train::TrainOptions& defaults = arguments.options;
    add_data_option(verb, arguments.data);
    verb.add_option("-o,--output", arguments.output, "Where to save the network (safetensors)")
        ->type_name("FILE")
        ->required();
    add_integer(verb, "--epochs", arguments.options.epochs, 1, 100'000,
                fmt::format("Passes over the training set (default {})", defaults.epochs));
    add_integer(verb, "--batch", arguments.options.batch, 1, 1'000'000,
                fmt::format("Samples per step (default {})", defaults.batch));
    add_real(verb, "--learning-rate", arguments.options.adam.learning_rate, 1e-12, 1e3,
             fmt::format("Adam's learning rate (default {:g})", defaults.adam.learning_rate));
    verb.add_option("--schedule", arguments.schedule,
                    fmt::format("How the learning rate changes: constant or cosine (default {})",
                                train::to_string(defaults.schedule)))
        ->type_name("NAME");
    verb.add_flag("--resume", arguments.resume, "Go on with an interrupted run");
    verb.add_option("--log", arguments.log, "Write one JSON object per epoch to this file")
        ->type_name("FILE");
    add_run_option(verb, arguments.run_directory);
}

}  // namespace eckart::cli
