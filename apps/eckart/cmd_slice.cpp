#include <fmt/core.h>

#include <algorithm>
#include <memory>

#include "commands.hpp"
#include "compress_table.hpp"
#include "context.hpp"
#include "distinct_files.hpp"
#include "eckart/compress/compress_model.hpp"
#include "eckart/compress/slice_model.hpp"
#include "exit_codes.hpp"
#include "run_directory.hpp"
#include "table.hpp"

namespace eckart::cli {

namespace {

struct SliceArguments {
    CommonOptions common;
    std::string model;
    std::string output;
    std::int64_t rank = 0;
};

void print_slice(const SliceArguments& arguments, const io::ModelFile& model,
                 const std::vector<compress::LayerOutcome>& layers, Context& context) {
    context.print(compression_table(model, layers, false));
    for (const std::string& line : slice_notes(layers)) context.print(line);
    context.print(fmt::format("Saved {}: {}", arguments.output, size_line(model, layers)));
}

int run(const SliceArguments& arguments, const Session& session) {
    Context context(session, arguments.common);
    const std::unique_ptr<io::ModelFile> model = io::open_model(arguments.model);
    const auto factored = [](const io::StoredLinear& layer) { return layer.rank > 0; };
    if (!std::ranges::any_of(model->linears(), factored)) {
        return context.unreachable(fmt::format(
            "'{}' has no factored layer to slice; 'eckart compress' makes some", arguments.model));
    }
    require_distinct({{"the input", arguments.model}}, {{"the output", arguments.output}});
    const Overwrite overwrite = arguments.common.overwrite();
    for (const std::filesystem::path& file : model->outputs(arguments.output))
        require_writable(file, overwrite);
    const RunRecord record = context.record("");
    const compress::SlicedModel result = compress::slice_model(
        *model, arguments.rank, arguments.output, overwrite,
        {{"eckart.run_record", to_text(to_json(record))}}, context.progress(), stop_requested());
    if (!result.complete) {
        context.progress().on_line("interrupted; nothing was written");
        return interrupt_exit_code();
    }
    print_slice(arguments, *model, result.layers, context);
    compress::ModelOptions options;
    options.rank = arguments.rank;
    context.print_json(
        with_record("eckart.slice/1", record, compress::to_json(*model, result.layers, options)));
    return kDone;
}

}  // namespace

void add_command_slice(Verb root, Session& session) {
    Verb verb = root.add_verb(
        "slice", "Cut the factors of a compressed model to a smaller rank, without a decomposition",
        {"eckart slice small.safetensors --rank 20 -o smaller.safetensors",
         "eckart slice small.onnx --rank 20 -o smaller.onnx"});
    verb.add_details(
        {"Factors that 'eckart compress' has made are nested: their first r columns and rows are the best "
         "factors of rank r, so that one file serves every smaller rank. Factors that were fine-tuned are "
         "not; the command says so, and 'eckart compress --rank' cuts them better.",
         "Layers of a rank that is no larger, and everything else, pass through as they are."});
    const auto arguments = std::make_shared<SliceArguments>();
    verb.add_text("MODEL", arguments->model, kModelFile, "Compressed model (safetensors, its index, or ONNX)",
                  Presence::kRequired);
    verb.add_integer("--rank", arguments->rank, 1, 1'000'000, "Rank of the factors afterwards",
                     Presence::kRequired);
    verb.add_text("-o,--output", arguments->output, kModelFile, "Where to save the model, in the same format",
                  Presence::kRequired);
    verb.add_common_options(arguments->common);
    verb.add_force_option(arguments->common);
    verb.on_run(session, [arguments, &session] { return run(*arguments, session); });
}

}  // namespace eckart::cli
