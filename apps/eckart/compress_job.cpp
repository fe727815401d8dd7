#include "compress_job.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <memory>

#include "compress_table.hpp"
#include "distinct_files.hpp"
#include "eckart/core/error.hpp"
#include "eckart/io/model_file.hpp"
#include "eckart/io/network_file.hpp"
#include "exit_codes.hpp"
#include "model_names.hpp"
#include "model_verification.hpp"

namespace eckart::cli {

namespace {

constexpr const char* kRunFile = "compression.json";
constexpr const char* kSchema = "eckart.compression/1";
constexpr const char* kArchitectureKey = "eckart.architecture";
constexpr const char* kRunRecordKey = "eckart.run_record";

using compress::LayerOutcome;

/// A network of Eckart's own must be one that every other command can read: with all of its tensors, no
/// others, and finite.
void require_sound(const io::ModelFile& model) {
    if (model.metadata().contains(kArchitectureKey)) io::load_network(model.path());
}

std::string no_choice_text(const io::ModelFile& model, const std::vector<LayerOutcome>& layers) {
    return fmt::format("no layer of '{}' is to be factorized; '{}': {}", model.path().string(),
                       shown_name(layers.front().name, 60), clause(layers.front().why));
}

void print_notes(const io::ModelFile& model, const std::vector<LayerOutcome>& layers, const CompressJob& job,
                 Context& context) {
    for (const std::string& line : compression_notes(model, layers)) context.print(line);
    const auto factored = std::ranges::count(layers, true, &LayerOutcome::factored);
    if (factored == 0) {
        context.print(
            fmt::format("No layer gets smaller at {}: the model stays the same. 'eckart inspect' shows "
                        "the ranks that save",
                        job.options.rank > 0 ? fmt::format("rank {}", job.options.rank)
                                             : fmt::format("--keep {}", job.options.keep)));
    } else if (bytes_after(model, layers) >= model.bytes()) {
        context.print("The factors take more bytes than the model (--allow-larger): good for study only");
    }
}

int print_plan(const CompressJob& job, const io::ModelFile& model, const std::vector<LayerOutcome>& layers,
               Context& context) {
    context.print(compression_table(model, layers, true));
    print_notes(model, layers, job, context);
    context.print(fmt::format("It would have {}", size_line(model, layers)));
    context.print("Plan only: nothing was computed or written");
    Json content = compress::to_json(model, layers, job.options);
    for (Json& layer : content["layers"]) {
        for (const char* unknown :
             {"retained_energy", "predicted_error", "measured_error", "method", "excess", "seconds"})
            layer.erase(unknown);
    }
    context.print_json(with_record("eckart.compression-plan/1", context.record(""), content));
    return kDone;
}

compress::ModelOutput output_of(const CompressJob& job, const RunRecord& record, Overwrite overwrite) {
    compress::ModelOutput output;
    output.target = job.output;
    output.overwrite = overwrite;
    if (job.resume) {
        output.earlier = compress::EarlierParts::kResume;
    } else if (overwrite == Overwrite::kReplace) {
        output.earlier = compress::EarlierParts::kReplace;
    }
    output.metadata[kRunRecordKey] = to_text(to_json(record));
    return output;
}

/// Fails before the work starts.
void check_outputs(const CompressJob& job, const io::ModelFile& model, const compress::ModelOutput& output) {
    std::vector<NamedPath> inputs;
    for (const std::filesystem::path& file : model.inputs()) inputs.push_back({"the input", file});
    const std::vector<NamedPath> run_files = job.run_directory.named({kRunFile});
    const auto require_distinct_from = [&](const std::vector<std::filesystem::path>& files) {
        std::vector<NamedPath> outputs = run_files;
        for (const std::filesystem::path& file : files) outputs.push_back({"the output", file});
        require_distinct(inputs, outputs);
    };
    // Before the name of the output is looked at, which may be that of a file of the run.
    require_distinct_from({job.output});
    require_distinct_from(model.outputs(job.output));
    compress::require_output(model, output);
    job.run_directory.prepare({kRunFile}, output.overwrite);
    if (job.verify > 0) require_runnable(model);
}

int stop_early(const CompressJob& job, const compress::CompressedModel& result, Context& context) {
    std::string line = job.when_interrupted;
    if (line.empty()) {
        const auto all = std::ranges::count(result.layers, true, &LayerOutcome::factored);
        line = result.done == 0
                   ? "interrupted; nothing was written"
                   : fmt::format("interrupted; {} of {} layers are done; go on with:\n  {}", result.done, all,
                                 context.resume_command(std::filesystem::exists(job.output)));
    }
    context.progress().on_line(line);
    return interrupt_exit_code();
}

void print_result(const CompressJob& job, const io::ModelFile& model, const std::vector<LayerOutcome>& layers,
                  Context& context) {
    context.print(compression_table(model, layers, false));
    print_notes(model, layers, job, context);
    context.print(fmt::format("Saved {}: {}", job.output.string(), size_line(model, layers)));
}

}  // namespace

Overwrite CompressJob::overwrite(const Context& context) const {
    return owns_outputs ? Overwrite::kReplace : context.options().overwrite();
}

int run_compress(const CompressJob& job, Context& context) {
    job.options.validate();
    const std::unique_ptr<io::ModelFile> model = io::open_model(job.input);
    require_sound(*model);
    if (model->linears().empty()) {
        return context.unreachable(no_layer_text(*model));
    }
    const std::vector<LayerOutcome> layers = compress::plan(*model, job.options);
    if (std::ranges::none_of(layers, &LayerOutcome::considered))
        return context.unreachable(no_choice_text(*model, layers));
    if (job.dry_run) return print_plan(job, *model, layers, context);
    const RunRecord record = context.record("");
    const compress::ModelOutput output = output_of(job, record, job.overwrite(context));
    check_outputs(job, *model, output);
    const compress::CompressedModel result =
        compress::compress_model(*model, job.options, output, context.progress(), stop_requested());
    if (!result.complete) return stop_early(job, result, context);
    Json content = compress::to_json(*model, result.layers, job.options);
    print_result(job, *model, result.layers, context);
    if (job.verify > 0) {
        const evaluate::OutputDifference difference =
            compare_outputs(*model, job.output, job.verify, context);
        context.print(difference_text(difference));
        content["verification"] = difference_json(difference);
    }
    job.run_directory.write(kRunFile, kSchema, record, content, output.overwrite);
    context.print_json(with_record(kSchema, record, content));
    return kDone;
}

}  // namespace eckart::cli
