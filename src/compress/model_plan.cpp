#include "compress/model_plan.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "compress/layer_part.hpp"
#include "compress/name_patterns.hpp"
#include "eckart/core/error.hpp"

namespace eckart::compress {

namespace {

/// Program, libraries, buffers of OpenBLAS.
constexpr std::uint64_t kProgramBytes = 120'000'000;
/// Beside three times the largest layer; with kProgramBytes, less than 200 MB.
constexpr std::uint64_t kRoomBytes = 70'000'000;

std::uint64_t width_of(const std::string& dtype) {
    if (dtype == "F64") return 8;
    return dtype == "F32" ? 4 : 2;
}

std::int64_t rank_of(const io::StoredLinear& layer, const ModelOptions& options) {
    std::int64_t rank = options.rank;
    if (rank == 0) {
        const double shared = options.keep * break_even_rank(layer.out, layer.in);
        rank = std::max<std::int64_t>(1, static_cast<std::int64_t>(std::floor(shared)));
    }
    rank = std::min({rank, layer.out, layer.in});
    return layer.rank > 0 ? std::min(rank, layer.rank) : rank;
}

/// Why patterns or its name leave a layer out; empty when they do not.
std::string left_out(const io::StoredLinear& layer, const ModelOptions& options) {
    if (named_by(options.exclude, layer)) return "left out by --exclude";
    // A pattern for many layers does not make an embedding one of them.
    const auto is_name = [&](const std::string& pattern) {
        return pattern == layer.name || pattern == layer.tensor;
    };
    if (!layer.doubt.empty()) return std::ranges::any_of(options.include, is_name) ? "" : layer.doubt;
    if (named_by(options.include, layer)) return "";
    return options.include.empty() ? "" : "not named by --include";
}

LayerOutcome plan_stored(const io::StoredLinear& layer, const ModelOptions& options) {
    LayerOutcome outcome = outcome_of(layer);
    outcome.rank = rank_of(layer, options);
    outcome.parameters_before = layer.parameters;
    outcome.bytes_before = layer.bytes;
    const std::int64_t entries = outcome.rank * (layer.out + layer.in);
    const std::uint64_t bytes = static_cast<std::uint64_t>(entries) * width_of(layer.dtype);
    outcome.break_even = break_even_rank(layer);
    outcome.why = left_out(layer, options);
    outcome.considered = outcome.why.empty();
    outcome.factored = outcome.considered && (layer.rank == 0 || outcome.rank < layer.rank) &&
                       (options.allow_larger || bytes < layer.bytes);
    outcome.parameters_after = outcome.factored ? entries : layer.parameters;
    outcome.bytes_after = outcome.factored ? bytes : layer.bytes;
    if (!outcome.factored) {
        outcome.rank = layer.rank > 0 ? layer.rank : std::min(layer.out, layer.in);
        if (outcome.considered) {
            outcome.why = layer.rank > 0 ? fmt::format("has rank {} already", layer.rank)
                                         : fmt::format("factors would have {} bytes, the layer has {}", bytes,
                                                       layer.bytes);
        }
    }
    return outcome;
}

}  // namespace

void ModelOptions::validate() const {
    if ((rank == 0) == (keep == 0))
        throw InvalidArgument("compress: give either a rank or the share of the parameters to keep");
    if (rank < 0) throw InvalidArgument(fmt::format("compress: rank {}; it must be at least 1", rank));
    if (!(keep >= 0 && keep <= 1))
        throw InvalidArgument(fmt::format("compress: a share of {} to keep; it must be in (0, 1]", keep));
    if (!(tolerance > 0 && tolerance <= 1))
        throw InvalidArgument(fmt::format("compress: tolerance {}; it must be in (0, 1]", tolerance));
    if (jobs < 1 || threads < 1)
        throw InvalidArgument(
            fmt::format("compress: {} jobs of {} threads; both are at least 1", jobs, threads));
}

double break_even_rank(const io::StoredLinear& layer) {
    if (layer.rank > 0) return break_even_rank(layer.out, layer.in);
    return static_cast<double>(layer.bytes) / static_cast<double>(width_of(layer.dtype)) /
           static_cast<double>(layer.out + layer.in);
}

LayerOutcome outcome_of(const io::StoredLinear& layer) {
    LayerOutcome outcome;
    outcome.name = layer.name;
    outcome.tensor = layer.tensor;
    outcome.kind = layer.kind;
    outcome.dtype = layer.dtype;
    outcome.out = layer.out;
    outcome.in = layer.in;
    return outcome;
}

std::uint64_t usable_memory(const ModelOptions& options) {
    return options.max_memory > kProgramBytes ? options.max_memory - kProgramBytes : 0;
}

std::uint64_t allowance(const io::ModelFile& model, std::size_t index, const LayerOutcome& planned,
                        const ModelOptions& options) {
    std::uint64_t bytes = usable_memory(options) / static_cast<std::uint64_t>(options.jobs);
    if (options.max_memory == 0) {
        for (const io::StoredLinear& layer : model.linears()) bytes = std::max(bytes, 3 * layer.bytes);
        bytes += kRoomBytes;
    }
    return std::max(bytes, layer_bytes(planned, model.linears()[index].rank, 0));
}

std::uint64_t work_of(const LayerOutcome& planned) {
    const auto [small, large] = std::minmax(planned.out, planned.in);
    // As the decomposition by the Gram matrix, and the product that measures the error.
    const double k = static_cast<double>(small);
    const double operations =
        static_cast<double>(large) * k * (k + 2 * static_cast<double>(planned.rank)) + 4 * k * k * k;
    return 1 + static_cast<std::uint64_t>(operations / 1e6);
}

std::vector<LayerOutcome> plan(const io::ModelFile& model, const ModelOptions& options) {
    options.validate();
    require_hits(options.include, model, "--include");
    require_hits(options.exclude, model, "--exclude");
    std::vector<LayerOutcome> outcomes;
    for (std::size_t i = 0; i < model.linears().size(); ++i) {
        const io::StoredLinear& layer = model.linears()[i];
        LayerOutcome outcome = plan_stored(layer, options);
        const std::uint64_t needed = outcome.factored ? layer_bytes(outcome, layer.rank, 0) : 0;
        if (options.max_memory > 0 && needed > usable_memory(options)) {
            throw InvalidArgument(fmt::format(
                "the layer '{}' ({} x {}) needs {} MB of memory, more than --max-memory gives; give "
                "that much or leave it out by --exclude",
                layer.name, layer.out, layer.in, (needed + kProgramBytes) / 1'000'000 + 1));
        }
        outcomes.push_back(std::move(outcome));
    }
    return outcomes;
}

}  // namespace eckart::compress
