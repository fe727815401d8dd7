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

void add_command_demo(CLI::App& root, Session& session) {
    CLI::App* verb =
        add_verb(root, "demo", "The whole study: train, compress, sweep, fine-tune, report",
                 {"eckart demo                                        on built-in images, 2 minutes",
                  "eckart demo --data ~/cifar-10-batches-bin --run cifar      the same on CIFAR-10",
                  "eckart demo --resume                               after an interruption"});
    const auto arguments = std::make_shared<DemoArguments>();
    verb->add_option("--data", arguments->data, "Folder with a data set (default: images that eckart draws)")
        ->type_name("DIR");
    verb->add_option("--run", arguments->folder, "Folder for all results (default eckart-demo)")
        ->type_name("DIR");
    add_integer(*verb, "--epochs", arguments->job.epochs, 1, 1000, "Epochs of training (default 7)");
    add_integer(*verb, "--hidden", arguments->job.hidden, 1, 100'000,
                "Width of the hidden layers (default 1000)");
    add_integer_list(*verb, "--ranks", arguments->job.ranks, 1, 100'000,
                     "Ranks to compress to and fine-tune (default 20,50)");
    add_integer(*verb, "--finetune-epochs", arguments->job.finetune_epochs, 1, 1000,
                "Epochs of fine-tuning (default 3)");
    verb->add_flag("--resume", arguments->job.resume, "Go on with an interrupted study");
    add_common_options(*verb, arguments->common);
    add_force_option(*verb, arguments->common);
    verb->callback([arguments, &session] {
        session.action = [arguments, &session] { return run(*arguments, session); };
    });
}

}  // namespace eckart::cli
