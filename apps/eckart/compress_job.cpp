#include "compress_job.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>

#include "distinct_files.hpp"
#include "eckart/core/error.hpp"
#include "eckart/io/network_file.hpp"
#include "exit_codes.hpp"
#include "table.hpp"

namespace eckart::cli {

namespace {

constexpr const char* kRunFile = "compression.json";
constexpr const char* kSchema = "eckart.compression/1";

/// "43.12 %", or "3e-07" where that would be 0.
std::string format_error(double error) {
    return error == 0 || error >= 5e-5 ? fmt::format("{:.2f} %", 100 * error) : fmt::format("{:.0e}", error);
}

std::string format_share(std::int64_t part, std::int64_t whole) {
    return fmt::format("{:.1f} %", 100 * static_cast<double>(part) / static_cast<double>(whole));
}

/// Parameters of the network before and after.
struct Totals {
    std::int64_t before = 0;
    std::int64_t after = 0;
    std::int64_t factored = 0;
};

Totals totals_of(const std::vector<compress::LayerOutcome>& layers) {
    Totals totals;
    for (const compress::LayerOutcome& layer : layers) {
        totals.before += layer.parameters_before;
        totals.after += layer.parameters_after;
        totals.factored += layer.factored ? 1 : 0;
    }
    return totals;
}

/// One row per layer; a plan has no energies and errors yet. 80 columns for the reference network.
std::string table_of(const std::vector<compress::LayerOutcome>& layers, bool plan) {
    std::vector<std::string> header{"layer", "shape", "rank"};
    if (!plan) header.insert(header.end(), {"energy", "predicted", "measured"});
    header.insert(header.end(), {"before", "after"});
    if (plan) header.emplace_back("share");
    Table table(header);
    const auto add = [&](std::vector<std::string> row, std::int64_t before, std::int64_t after) {
        row.insert(row.end(), {with_commas(before), with_commas(after)});
        if (plan) row.push_back(format_share(after, before));
        table.add_row(std::move(row));
    };
    for (const compress::LayerOutcome& layer : layers) {
        std::vector<std::string> row{layer.name, fmt::format("{}x{}", layer.out, layer.in),
                                     layer.factored ? std::to_string(layer.rank) : "as is"};
        if (!plan && layer.factored) {
            row.insert(row.end(), {fmt::format("{:.2f} %", 100 * layer.retained_energy),
                                   format_error(layer.predicted_error), format_error(layer.measured_error)});
        } else if (!plan) {
            row.insert(row.end(), {"", "", ""});
        }
        add(std::move(row), layer.parameters_before, layer.parameters_after);
    }
    table.add_rule();
    const Totals totals = totals_of(layers);
    add(plan ? std::vector<std::string>{"total", "", ""}
             : std::vector<std::string>{"total", "", "", "", "", ""},
        totals.before, totals.after);
    return table.text();
}

/// What the table leaves open.
void print_notes(const std::vector<compress::LayerOutcome>& layers, const CompressJob& job,
                 Context& context) {
    for (const compress::LayerOutcome& layer : layers) {
        if (!layer.factored) context.print(fmt::format("{} stays as it is: {}", layer.name, layer.why));
    }
    const Totals totals = totals_of(layers);
    if (totals.factored == 0) {
        context.print(fmt::format(
            "No layer gets smaller at rank {}: the network stays the same. 'eckart inspect' shows "
            "the ranks that save",
            job.options.rank));
    } else if (totals.after >= totals.before) {
        context.print(
            "The factors have more parameters than the network (--allow-larger): good for study only");
    }
}

/// Throws IoError unless both networks have the same tensors, bit by bit.
void require_same(const model::ResidualMlp<float>& written, const model::ResidualMlp<float>& read,
                  const std::filesystem::path& target) {
    const auto left = written.parameters();
    const auto right = read.parameters();
    bool same = left.size() == right.size();
    for (std::size_t i = 0; same && i < left.size(); ++i) {
        const MatrixF& x = left[i]->value;
        const MatrixF& y = right[i]->value;
        same = left[i]->name == right[i]->name && x.rows() == y.rows() && x.cols() == y.cols() &&
               std::memcmp(x.data(), y.data(), static_cast<std::size_t>(x.size()) * sizeof(float)) == 0;
    }
    if (!same) {
        throw IoError(
            fmt::format("'{}' was not written: what was read back differs from the network; check "
                        "the disk and try another folder",
                        target.string()));
    }
}

/// Saves the network; it takes the target's name only after it was read back.
void save_checked(const model::ResidualMlp<float>& network, const RunRecord& record,
                  const std::filesystem::path& target, Overwrite overwrite) {
    AtomicFile file(target, overwrite);
    io::write_network(file, network, record);
    require_same(network, io::load_network(file.temporary_path()).network, target);
    file.commit();
}

int print_plan(const CompressJob& job, const model::ResidualMlp<float>& network, Context& context) {
    const auto layers = compress::plan(network, job.options);
    context.print(table_of(layers, true));
    print_notes(layers, job, context);
    context.print("Plan only: nothing was computed or written");
    Json content = compress::to_json(layers, job.options.rank);
    for (Json& layer : content["layers"]) {
        for (const char* unknown : {"retained_energy", "predicted_error", "measured_error"})
            layer.erase(unknown);
    }
    context.print_json(with_record("eckart.compression-plan/1", context.record(""), content));
    return kDone;
}

}  // namespace

Overwrite CompressJob::overwrite(const Context& context) const {
    return owns_outputs ? Overwrite::kReplace : context.options().overwrite();
}

void CompressJob::prepare(const Context& context) const {
    options.validate();
    if (dry_run) return;
    std::vector<NamedPath> outputs = run_directory.named({kRunFile});
    outputs.insert(outputs.begin(), {"the output", output});
    require_distinct({{"the input", input}}, outputs);
    require_writable(output, overwrite(context));
    run_directory.prepare({kRunFile}, overwrite(context));
}

int run_compress(const CompressJob& job, const model::ResidualMlp<float>& network, Context& context) {
    job.prepare(context);
    if (job.dry_run) return print_plan(job, network, context);
    const Overwrite overwrite = job.overwrite(context);
    const RunRecord record = context.record("");
    const auto decomposition = compress::decompose(network, context.progress(), stop_requested());
    if (interrupt_exit_code() != 0) {
        context.progress().on_line(job.when_interrupted);
        return interrupt_exit_code();
    }
    const auto result = compress::compress_network(network, decomposition, job.options);
    save_checked(result.network, record, job.output, overwrite);
    const Json content = compress::to_json(result.layers, job.options.rank);
    job.run_directory.write(kRunFile, kSchema, record, content, overwrite);

    context.print(table_of(result.layers, false));
    print_notes(result.layers, job, context);
    const model::ModelSize before = network.size();
    const model::ModelSize after = result.network.size();
    context.print(fmt::format("Saved {}: {}, {} of the parameters, {} of the multiply-adds",
                              job.output.string(), format_bytes(after.bytes),
                              format_share(after.parameters, before.parameters),
                              format_share(after.macs, before.macs)));
    context.print_json(with_record(kSchema, record, content));
    return kDone;
}

}  // namespace eckart::cli
