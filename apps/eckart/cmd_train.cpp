#include <memory>

#include "commands.hpp"
#include "context.hpp"
#include "eckart/core/error.hpp"
#include "eckart/data/load.hpp"
#include "eckart/io/network_file.hpp"
#include "train_job.hpp"
#include "training_options.hpp"

namespace eckart::cli {

namespace {

struct TrainArguments {
    CommonOptions common;
    TrainingArguments training;
    std::string from;
    std::int64_t hidden = 0;   // 0: not given
    std::int64_t blocks = -1;  // -1: not given
};

int run(const TrainArguments& arguments, const Session& session) {
    TrainJob job;
    job.training = arguments.training.training_run(arguments.common);
    job.run_directory = RunDirectory(arguments.training.run_directory);
    if (arguments.hidden > 0) job.hidden = arguments.hidden;
    if (arguments.blocks >= 0) job.blocks = arguments.blocks;
    if (!arguments.from.empty()) {
        if (arguments.hidden > 0 || arguments.blocks >= 0) {
            throw InvalidArgument(
                "train: the network of --from has its sizes; drop --hidden and --blocks, or --from");
        }
        job.start = io::load_network(arguments.from).network;
        job.training.inputs = {{"the network of --from", arguments.from}};
    }
    Context context(session, arguments.common);
    return run_train(job, data::load_dataset(arguments.training.data), context);
}

}  // namespace

void add_command_train(Verb root, Session& session) {
    Verb verb = root.add_verb(
        "train", "Train the reference network (a residual MLP), or a given one, on a data set",
        {"eckart train --data cifar-like -o net.safetensors",
         "eckart train --data ~/cifar-10-batches-bin -o net.safetensors --epochs 7 --run study",
         "eckart train --data cifar-like -o net.safetensors --resume     after an interruption",
         "eckart train --data cifar-like --from mine.onnx -o net.onnx    a network of other layers"});
    verb.add_details(
        {"The network is a residual MLP: input, Linear, ReLU, residual blocks (Linear, ReLU, Linear, + "
         "input, ReLU), Linear, log-softmax. Input and classes come from the data. The optimizer is "
         "Adam.",
         "With --from, training goes on with the weights of a network that is there: one of Eckart's, or an "
         "ONNX model of fully-connected layers, ReLUs and sums, of any widths.",
         "After each epoch the whole state goes into a file beside the output, FILE.checkpoint. With "
         "--resume an interrupted run continues from there and ends in the same bits as one that was "
         "never interrupted."});
    const auto arguments = std::make_shared<TrainArguments>();
    add_training_options(verb, arguments->training);
    verb.add_text("--from", arguments->from, kNetworkFile,
                  "Begin with this network (safetensors or ONNX) instead of random weights");
    verb.add_integer("--hidden", arguments->hidden, 1, 1'000'000,
                     "Width of the hidden layers (default 1000)");
    verb.add_integer("--blocks", arguments->blocks, 0, 1000, "Residual blocks (default 2)");
    verb.add_common_options(arguments->common);
    verb.add_force_option(arguments->common);
    verb.on_run(session, [arguments, &session] { return run(*arguments, session); });
}

}  // namespace eckart::cli
