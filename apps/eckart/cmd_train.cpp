#include <memory>

#include "commands.hpp"
#include "context.hpp"
#include "eckart/data/load.hpp"
#include "train_job.hpp"
#include "training_options.hpp"

namespace eckart::cli {

namespace {

struct TrainArguments {
    CommonOptions common;
    TrainingArguments training;
    TrainJob job;
};

}  // namespace

void add_command_train(Verb root, Session& session) {
    Verb verb = root.add_verb(
        "train", "Train the reference network (a residual MLP) on a data set",
        {"eckart train --data cifar-like -o net.safetensors",
         "eckart train --data ~/cifar-10-batches-bin -o net.safetensors --epochs 7 --run study",
         "eckart train --data cifar-like -o net.safetensors --resume     after an interruption"});
    verb.add_details(
        {"The network is a residual MLP: input, Linear, ReLU, residual blocks (Linear, ReLU, Linear, + "
         "input, ReLU), Linear, log-softmax. Input and classes come from the data. The optimizer is "
         "Adam.",
         "After each epoch the whole state goes into a file beside the output, FILE.checkpoint. With "
         "--resume an interrupted run continues from there and ends in the same bits as one that was "
         "never interrupted."});
    const auto arguments = std::make_shared<TrainArguments>();
    add_training_options(verb, arguments->training);
    verb.add_integer("--hidden", arguments->job.hidden, 1, 1'000'000,
                     "Width of the hidden layers (default 1000)");
    verb.add_integer("--blocks", arguments->job.blocks, 0, 1000, "Residual blocks (default 2)");
    verb.add_common_options(arguments->common);
    verb.add_force_option(arguments->common);
    verb.on_run(session, [arguments, &session] {
        TrainJob job = arguments->job;
        job.training = arguments->training.training_run(arguments->common);
        job.run_directory = RunDirectory(arguments->training.run_directory);
        Context context(session, arguments->common);
        return run_train(job, data::load_dataset(arguments->training.data), context);
    });
}

}  // namespace eckart::cli
