#include <memory>

#include "commands.hpp"
#include "compress_job.hpp"
#include "eckart/core/error.hpp"
#include "training_options.hpp"

namespace eckart::cli {

namespace {

struct CompressArguments {
    CommonOptions common;
    std::string model;
    std::string output;
    std::string run_directory;
    std::int64_t jobs = 1;
    CompressJob job;
};

int run(const CompressArguments& arguments, const Session& session) {
    CompressJob job = arguments.job;
    job.input = arguments.model;
    job.output = arguments.output;
    job.run_directory = RunDirectory(arguments.run_directory);
    if (job.options.rank == 0 && job.options.keep == 0)
        throw InvalidArgument("compress: --rank is required, or --keep for a share of the parameters");
    if (job.options.rank > 0 && job.options.keep > 0)
        throw InvalidArgument("compress: --rank and --keep exclude each other; give one of them");
    if (arguments.output.empty() && !job.dry_run) {
        throw InvalidArgument("compress: no output; add -o FILE, or --dry-run to see the plan only");
    }
    Context context(session, arguments.common);
    job.options.seed = arguments.common.seed;
    job.options.jobs = static_cast<int>(arguments.jobs);
    job.options.threads = context.threads();
    return run_compress(job, context);
}

void add_choice_of_layers(Verb& verb, compress::ModelOptions& options) {
    verb.add_integer("--rank", options.rank, 1, 1'000'000, "Inner dimension of every layer's factors");
    verb.add_real("--keep", options.keep, 1e-6, 1,
                  "Share of each layer's parameters to keep, which gives its rank");
    verb.add_texts("--include", options.include, "PATTERN",
                   "Only layers of this name; * and ? fit anything (may be repeated)");
    verb.add_texts("--exclude", options.exclude, "PATTERN",
                   "All layers but those of this name (may be repeated)");
    verb.add_flag("--allow-larger", options.allow_larger, "Factorize also layers that get no smaller by it");
}

}  // namespace

void add_command_compress(Verb root, Session& session) {
    Verb verb = root.add_verb(
        "compress", "Replace the layers' matrices by low-rank factors (truncated SVD)",
        {"eckart compress net.safetensors --rank 50 --dry-run        what it would give, at once",
         "eckart compress net.safetensors --rank 50 -o small.safetensors",
         "eckart compress model.onnx --keep 0.5 --exclude '*head*' -o small.onnx",
         "eckart compress net.safetensors --rank 50 -o small.safetensors --run study   for the report"});
    verb.add_details(
        {"The matrix W of every fully-connected layer becomes the product B A of two factors whose "
         "inner dimension is the rank. No matrix of that rank is nearer to W. A layer that would get no "
         "smaller by it stays as it is, unless --allow-larger is given. Everything else in the model passes "
         "through as it is.",
         "In a safetensors file a factored layer has the names of PyTorch's Sequential(Linear(in, r, "
         "bias=False), Linear(r, out)). A model in several files is named by its index, "
         "NAME.safetensors.index.json.",
         "Memory holds one layer per job. Finished layers wait in the folder OUTPUT.parts until all are "
         "done; "
         "after an interruption --resume goes on with them."});
    const auto arguments = std::make_shared<CompressArguments>();
    CompressJob& job = arguments->job;
    verb.add_text("MODEL", arguments->model, kModelFile, "Model (safetensors, its index, or ONNX)",
                  Presence::kRequired);
    verb.add_text("-o,--output", arguments->output, kModelFile,
                  "Where to save the compressed model, in the same format");
    add_choice_of_layers(verb, job.options);
    verb.add_flag("--dry-run", job.dry_run, "Only say what would be done; write nothing");
    verb.add_integer("--jobs", arguments->jobs, 1, 1024, "Layers at a time (default 1)");
    verb.add_bytes("--max-memory", job.options.max_memory, "Memory that may be taken, e.g. 2G or 500M");
    verb.add_flag("--resume", job.resume, "Go on with the finished layers of an interrupted run");
    verb.add_integer("--verify", job.verify, 1, 1'000'000,
                     "Run both models on N random inputs and compare the outputs");
    add_run_option(verb, arguments->run_directory);
    verb.add_common_options(arguments->common);
    verb.add_force_option(arguments->common);
    verb.on_run(session, [arguments, &session] { return run(*arguments, session); });
}

}  // namespace eckart::cli
