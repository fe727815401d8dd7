#include <memory>
#include <set>

#include "commands.hpp"
#include "eckart/data/load.hpp"
#include "eckart/io/network_file.hpp"
#include "sweep_job.hpp"
#include "training_options.hpp"

namespace eckart::cli {

namespace {

struct SweepArguments {
    CommonOptions common;
    std::string model;
    std::string data;
    std::string csv;
    std::string run_directory;
    bool keep_larger_dense = false;
    SweepJob job;
};

int run(const SweepArguments& arguments, const Session& session) {
    Context context(session, arguments.common);
    const io::NetworkFile file = io::load_network(arguments.model);
    SweepJob job = arguments.job;
    job.run_directory = RunDirectory(arguments.run_directory);
    job.input = arguments.model;
    job.csv = arguments.csv;
    job.options.allow_larger = !arguments.keep_larger_dense;
    if (job.options.ranks.empty()) job.options.ranks = sweep::default_ranks(file.network.architecture());
    const std::set<std::int64_t> distinct(job.options.ranks.begin(), job.options.ranks.end());
    job.options.ranks.assign(distinct.begin(), distinct.end());
    return run_sweep_job(job, file.network, data::load_dataset(arguments.data), context);
}

}  // namespace

void add_command_sweep(Verb root, Session& session) {
    Verb verb =
        root.add_verb("sweep", "Accuracy, size and inference time at many ranks from one decomposition",
                      {"eckart sweep net.safetensors --data cifar-like --run study",
                       "eckart sweep net.safetensors --data cifar-like --ranks 10,20,50 --csv ranks.csv"});
    const auto arguments = std::make_shared<SweepArguments>();
    verb.add_text("MODEL", arguments->model, kNetworkFile, "Network (safetensors, or a chain in ONNX)",
                  Presence::kRequired);
    add_data_option(verb, arguments->data);
    verb.add_integer_list("--ranks", arguments->job.options.ranks, 1, 1'000'000,
                          "Ranks to measure (default: 1, 2, 5, 10, ... up to full)");
    verb.add_integer_list("--batches", arguments->job.options.batches, 1, 100'000,
                          "Batch sizes to time (default 1,100,1000)");
    verb.add_real("--seconds", arguments->job.options.latency.seconds, 0, 3600,
                  "Time to measure each rank and batch size for (default 0.6; at least 5 repetitions)");
    verb.add_flag("--keep-larger-dense", arguments->keep_larger_dense,
                  "Leave layers dense whose factors would have more parameters, as 'eckart compress' does");
    verb.add_text("--csv", arguments->csv, {"FILE", {".csv"}}, "Write the table as CSV to this file");
    add_run_option(verb, arguments->run_directory);
    verb.add_flag("--resume", arguments->job.resume, "Go on with an interrupted sweep in the --run folder");
    verb.add_common_options(arguments->common);
    verb.add_force_option(arguments->common);
    verb.on_run(session, [arguments, &session] { return run(*arguments, session); });
}

}  // namespace eckart::cli
