#include "train_job.hpp"

#include <fmt/core.h>

#include "data_files.hpp"
#include "eckart/core/error.hpp"
#include "eckart/evaluate/accuracy.hpp"
#include "exit_codes.hpp"
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

model::Network<float> initial_network(const TrainJob& job, const data::DatasetPair& data) {
    if (!job.start) {
        return model::make_initialized(reference_architecture(data, job.hidden, job.blocks),
                                       Rng(job.training.options.seed));
    }
    if (job.start->factored()) {
        throw InvalidArgument(
            "the network has factored layers, which 'eckart finetune' trains: it balances them first");
    }
    evaluate::require_fitting(job.start->architecture(), data.train);
    evaluate::require_fitting(job.start->architecture(), data.test);
    return *job.start;
}

}  // namespace

model::MlpArchitecture reference_architecture(const data::DatasetPair& data, std::int64_t hidden,
                                              std::int64_t blocks) {
    return {static_cast<std::int64_t>(data.train.shape.size()), hidden, blocks,
            static_cast<std::int64_t>(data.train.class_names.size())};
}

int run_train(const TrainJob& job, const data::DatasetPair& data, Context& context) {
    const TrainingRun& training = job.training;
    training.options.validate();
    const model::Network<float> initial = initial_network(job, data);
    if (training.already_complete(initial, data)) return training.print_complete(context);
    training.prepare(context, job.run_directory, {"training.json", "data.json", "data.png"});
    const Overwrite overwrite = training.overwrite(context);

    const RunRecord record = context.record(data.checksum);
    const train::Origin origin{data.checksum, train::fingerprint(initial)};
    train::TrainState start = begin_training(training, initial, origin, context);
    write_data_files(job.run_directory, data, record, overwrite);
    context.print(fmt::format("{}: {} parameters; {}, {} training images",
                              model::outline(initial.architecture()),
                              with_commas(start.network.size().parameters), data.name,
                              with_commas(static_cast<std::int64_t>(data.train.count()))));
    const TrainingEnd end = run_training(training, std::move(start), data, origin, context);
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
