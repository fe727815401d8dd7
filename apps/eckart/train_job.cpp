#include "train_job.hpp"

#include <fmt/core.h>

#include "data_files.hpp"
#include "table.hpp"

namespace eckart::cli {

namespace {

Json training_json(const TrainJob& job, const data::DatasetPair& data, const TrainingEnd& end) {
    return {{"model", model::describe(end.state.network)},
            {"data", summary_of(data)},
            {"options", train::to_json(job.training.options)},
            {"outcome", train::to_string(end.outcome)},
            {"epochs", train::to_json(end.state.history)}};
}

}  // namespace

int run_train(const TrainJob& job, const data::DatasetPair& data, Context& context) {
    const TrainingRun& training = job.training;
    if (training.already_complete()) {
        context.progress().on_line(
            fmt::format("'{}' is complete already; nothing to resume", training.output.string()));
        return kDone;
    }
    training.options.validate();
    training.prepare(context);
    const Overwrite overwrite = training.overwrite(context);
    job.run_directory.prepare({"training.json", "data.json", "data.png"}, overwrite);

    const model::MlpArchitecture architecture{static_cast<std::int64_t>(data.train.shape.size()), job.hidden,
                                              job.blocks,
                                              static_cast<std::int64_t>(data.train.class_names.size())};
    architecture.validate();
    const RunRecord record = context.record(data.checksum);
    write_data_files(job.run_directory, data, record, overwrite);
    model::ResidualMlp<float> start = model::make_initialized(architecture, Rng(training.options.seed));
    context.print(
        fmt::format("Residual MLP {} - {} x (1 + 2 x {}) - {}: {} parameters; {} training images of {}",
                    architecture.input, architecture.hidden, architecture.blocks, architecture.classes,
                    with_commas(start.size().parameters),
                    with_commas(static_cast<std::int64_t>(data.train.count())), data.name));
    const TrainingEnd end = run_training(training, std::move(start), data, context);
    const Json result = training_json(job, data, end);
    job.run_directory.write("training.json", "eckart.training/1", record, result, overwrite);
    const int code = finish_training(training, end, record, context);
    if (code == kDone) {
        context.print(fmt::format("Saved {} ({})", training.output.string(),
                                  format_bytes(end.state.network.size().bytes)));
    }
    context.print_json(with_record("eckart.training/1", record, result));
    return code;
}

}  // namespace eckart::cli
