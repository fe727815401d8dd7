#include <algorithm>
#include <memory>

#include "commands.hpp"
#include "demo_job.hpp"
#include "eckart/data/load.hpp"
#include "eckart/data/synthetic.hpp"

namespace eckart::cli {

namespace {

struct DemoArguments {
    CommonOptions common;
    std::string data;
    std::string folder;
    DemoJob job;
};

data::DatasetPair demo_data(const DemoArguments& arguments) {
    if (!arguments.data.empty()) return data::load_dataset(arguments.data);
    data::SyntheticOptions options;
    options.seed = arguments.common.seed;
    return data::make_synthetic(options);
}

int run(const DemoArguments& arguments, const Session& session) {
    Context context(session, arguments.common);
    DemoJob job = arguments.job;
    std::ranges::sort(job.ranks);
    job.ranks.erase(std::unique(job.ranks.begin(), job.ranks.end()), job.ranks.end());
    if (!arguments.folder.empty()) job.folder = arguments.folder;
    return run_demo(job, demo_data(arguments), context);
}

}  // namespace

void add_command_demo(Verb root, Session& session) {
    Verb verb =
        root.add_verb("demo", "The whole study: train, compress, sweep, fine-tune, report",
                      {"eckart demo                                        on built-in images, 2 minutes",
                       "eckart demo --data ~/cifar-10-batches-bin --run cifar      the same on CIFAR-10",
                       "eckart demo --resume                               after an interruption"});
    const auto arguments = std::make_shared<DemoArguments>();
    verb.add_text("--data", arguments->data, "DIR",
                  "Folder with a data set (default: images that eckart draws)");
    verb.add_text("--run", arguments->folder, "DIR", "Folder for all results (default eckart-demo)");
    verb.add_integer("--epochs", arguments->job.epochs, 1, 1000, "Epochs of training (default 7)");
    verb.add_integer("--hidden", arguments->job.hidden, 1, 100'000,
                     "Width of the hidden layers (default 1000)");
    verb.add_integer_list("--ranks", arguments->job.ranks, 1, 100'000,
                          "Ranks to compress to and fine-tune (default 20,50)");
    verb.add_integer("--finetune-epochs", arguments->job.finetune_epochs, 1, 1000,
                     "Epochs of fine-tuning (default 3)");
    verb.add_flag("--resume", arguments->job.resume, "Go on with an interrupted study");
    verb.add_common_options(arguments->common);
    verb.add_force_option(arguments->common);
    verb.on_run(session, [arguments, &session] { return run(*arguments, session); });
}

}  // namespace eckart::cli
