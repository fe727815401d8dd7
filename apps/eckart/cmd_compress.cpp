#include <memory>

#include "commands.hpp"
#include "compress_job.hpp"
#include "eckart/core/error.hpp"
#include "eckart/io/network_file.hpp"
#include "training_options.hpp"

namespace eckart::cli {

namespace {

struct CompressArguments {
    CommonOptions common;
    std::string model;
    std::string output;
    std::string run_directory;
    CompressJob job;
};

int run(const CompressArguments& arguments, const Session& session) {
    CompressJob job = arguments.job;
    job.input = arguments.model;
    job.output = arguments.output;
    job.run_directory = RunDirectory(arguments.run_directory);
    if (arguments.output.empty() && !job.dry_run) {
        throw InvalidArgument("compress: no output; add -o FILE, or --dry-run to see the plan only");
    }
    Context context(session, arguments.common);
    return run_compress(job, io::load_network(job.input).network, context);
}

}  // namespace

void add_command_compress(Verb root, Session& session) {
    Verb verb = root.add_verb(
        "compress", "Replace the layers' matrices by low-rank factors (truncated SVD)",
        {"eckart compress net.safetensors --rank 50 --dry-run        what it would give, at once",
         "eckart compress net.safetensors --rank 50 -o small.safetensors",
         "eckart compress net.safetensors --rank 50 -o small.safetensors --run study   for the report"});
    verb.add_details(
        {"The matrix W of every fully-connected layer becomes the product B A of two factors whose "
         "inner dimension is the rank. No matrix of that rank is nearer to W. A layer that would get no "
         "smaller by it stays as it is, unless --allow-larger is given.",
         "In the file a factored layer has the names of PyTorch's Sequential(Linear(in, r, "
         "bias=False), Linear(r, out))."});
    const auto arguments = std::make_shared<CompressArguments>();
    verb.add_text("MODEL", arguments->model, kNetworkFile, "Network (safetensors)", Presence::kRequired);
    verb.add_text("-o,--output", arguments->output, kNetworkFile,
                  "Where to save the compressed network (safetensors)");
    verb.add_integer("--rank", arguments->job.options.rank, 1, 1'000'000,
                     "Inner dimension of every layer's factors", Presence::kRequired);
    verb.add_flag("--allow-larger", arguments->job.options.allow_larger,
                  "Factorize also layers that get no smaller by it");
    verb.add_flag("--dry-run", arguments->job.dry_run, "Only say what would be done; write nothing");
    add_run_option(verb, arguments->run_directory);
    verb.add_common_options(arguments->common);
    verb.add_force_option(arguments->common);
    verb.on_run(session, [arguments, &session] { return run(*arguments, session); });
}

}  // namespace eckart::cli
