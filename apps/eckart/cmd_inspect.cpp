#include <fmt/core.h>

#include <filesystem>
#include <memory>
#include <optional>

#include "commands.hpp"
#include "compress_table.hpp"
#include "context.hpp"
#include "eckart/compress/compress_model.hpp"
#include "eckart/compress/decomposition.hpp"
#include "eckart/compress/singular_values.hpp"
#include "eckart/core/error.hpp"
#include "eckart/core/parse_json.hpp"
#include "eckart/io/model_file.hpp"
#include "eckart/io/network_file.hpp"
#include "eckart/model/residual_mlp.hpp"
#include "exit_codes.hpp"
#include "layer_views.hpp"
#include "model_names.hpp"
#include "model_verification.hpp"
#include "run_directory.hpp"
#include "table.hpp"

namespace eckart::cli {

namespace {

constexpr const char* kSchema = "eckart.inspection/1";

struct InspectArguments {
    CommonOptions common;
    std::string model;
    bool no_spectra = false;
};

std::vector<LayerView> views_of(const io::ModelFile& model, const model::Network<float>& network,
                                const std::vector<compress::LayerDecomposition>& decomposition) {
    std::vector<LayerView> views;
    for (std::size_t i = 0; i < network.layer_count(); ++i) {
        const model::Linear<float>& layer = network.layer(i);
        LayerView view;
        view.name = layer.name();
        view.out = layer.out();
        view.in = layer.in();
        const auto stored = std::ranges::find(model.linears(), layer.name(), &io::StoredLinear::name);
        if (stored != model.linears().end()) {
            view.dtype = stored->dtype;
            const auto entry = stored->bytes / static_cast<std::uint64_t>(stored->parameters);
            view.bytes = static_cast<std::uint64_t>(layer.parameter_count()) * entry;
        }
        view.stored_rank = layer.factored() ? layer.rank() : 0;
        view.parameters = layer.parameter_count();
        view.bias = layer.parameter_count() - layer.macs();
        view.break_even_rank = compress::break_even_rank(layer.out(), layer.in());
        if (!decomposition.empty()) view.take_spectrum(decomposition[i].svd.s);
        views.push_back(std::move(view));
    }
    return views;
}

/// Table, spectra and what shares of the energy would leave of `parameters`.
void print_views(const std::vector<LayerView>& views, std::int64_t parameters, Context& context) {
    const bool spectra = !views.empty() && !views.front().singular_values.empty();
    context.print(layer_table(views));
    context.print(
        spectra
            ? "break-even: factors of a smaller rank than this save parameters. 50, 90, 99 %: the rank\n"
              "that keeps this share of the energy (sum of squares). stable: stable rank |W|_F^2 / |W|_2^2.\n"
            : "break-even: factors of a smaller rank than this save parameters.");
    if (!spectra) return;
    context.print(spectra_text(views));
    context.print(share_table(views, parameters));
}

Json inspection_json(const std::string& path, const Json& model, const std::vector<LayerView>& views,
                     std::int64_t parameters, const Json& made_by) {
    Json layers = Json::array();
    for (const LayerView& view : views) layers.push_back(to_json(view));
    Json json{{"file", path},
              {"file_bytes", std::filesystem::file_size(path)},
              {"model", model},
              {"layers", std::move(layers)}};
    const bool spectra = !views.empty() && !views.front().singular_values.empty();
    if (spectra) json["parameters_for_energy"] = shares_json(views, parameters);
    json["made_by"] = made_by;
    return json;
}

int stopped(Context& context) {
    context.progress().on_line("interrupted; nothing was written");
    return interrupt_exit_code();
}

int inspect_network(const InspectArguments& arguments, const io::ModelFile& model,
                    const io::NetworkFile& file, Context& context) {
    std::vector<compress::LayerDecomposition> decomposition;
    if (!arguments.no_spectra)
        decomposition = compress::decompose(file.network, context.progress(), stop_requested());
    if (interrupt_exit_code() != 0) return stopped(context);
    const std::vector<LayerView> views = views_of(model, file.network, decomposition);
    const model::ModelSize size = file.network.size();
    context.print(fmt::format("{}, {}: {} parameters, {}, {} multiply-adds\n",
                              model::outline(file.network.architecture()),
                              file.network.factored() ? "factored" : "dense", with_commas(size.parameters),
                              format_bytes(size.bytes), with_commas(size.macs)));
    print_views(views, size.parameters, context);
    context.print_json(with_record(kSchema, context.record(""),
                                   inspection_json(arguments.model, model::describe(file.network), views,
                                                   size.parameters, file.run_record)));
    return kDone;
}

/// The layers that `eckart compress` would take, with their spectra unless these are not wanted. Fewer when
/// interrupted.
std::vector<LayerView> views_of(const io::ModelFile& model, bool spectra, Context& context) {
    std::vector<LayerView> views;
    const std::size_t count = model.linears().size();
    for (std::size_t i = 0; i < count && interrupt_exit_code() == 0; ++i) {
        const io::StoredLinear& layer = model.linears()[i];
        if (!layer.doubt.empty()) continue;
        LayerView view;
        view.name = layer.name;
        view.out = layer.out;
        view.in = layer.in;
        view.dtype = layer.dtype;
        view.bytes = layer.bytes;
        view.stored_rank = layer.rank;
        view.parameters = layer.parameters;
        view.break_even_rank = compress::break_even_rank(layer);
        if (spectra) {
            context.progress().on_progress({"decomposing", i, count, "layers", layer.name});
            view.take_spectrum(compress::singular_values(model, i));
        }
        views.push_back(std::move(view));
    }
    return views;
}

/// The run record that Eckart has left in the file, null where there is none.
Json made_by(const io::ModelFile& model) {
    const auto record = model.metadata().find("eckart.run_record");
    if (record == model.metadata().end()) return nullptr;
    try {
        return parse_json(record->second);
    } catch (const FormatError&) {
        return nullptr;
    }
}

Json skipped_json(const io::ModelFile& model) {
    Json skipped = Json::array();
    for (const io::StoredLinear& layer : model.linears()) {
        if (layer.doubt.empty()) continue;
        skipped.push_back(
            io::to_json(io::KeptTensor{layer.tensor, {layer.out, layer.in}, layer.dtype, layer.doubt}));
    }
    for (const io::KeptTensor& tensor : model.kept()) skipped.push_back(io::to_json(tensor));
    return skipped;
}

int inspect_model(const InspectArguments& arguments, const io::ModelFile& model, Context& context) {
    const std::vector<LayerView> views = views_of(model, !arguments.no_spectra, context);
    if (interrupt_exit_code() != 0) return stopped(context);
    if (views.empty()) {
        return context.unreachable(no_layer_text(model));
    }
    context.print(fmt::format("{}: {} parameters, {}\n", model.description(), with_commas(model.parameters()),
                              format_bytes(static_cast<std::int64_t>(model.bytes()))));
    print_views(views, model.parameters(), context);
    for (const std::string& line : inspection_notes(model)) context.print(line);
    Json json = inspection_json(
        arguments.model,
        {{"description", model.description()}, {"parameters", model.parameters()}, {"bytes", model.bytes()}},
        views, model.parameters(), made_by(model));
    json["skipped"] = skipped_json(model);
    context.print_json(with_record(kSchema, context.record(""), json));
    return kDone;
}

int run(const InspectArguments& arguments, const Session& session) {
    Context context(session, arguments.common);
    const std::unique_ptr<io::ModelFile> model = io::open_model(arguments.model);
    // A graph is more than its layers, even where it is a chain of them.
    if (model->format() != io::ModelFormat::kOnnx) {
        if (const auto network = own_network(*model))
            return inspect_network(arguments, *model, *network, context);
    }
    return inspect_model(arguments, *model, context);
}

}  // namespace

void add_command_inspect(Verb root, Session& session) {
    Verb verb =
        root.add_verb("inspect", "Layers, spectra and what compression would give",
                      {"eckart inspect net.safetensors", "eckart inspect model.onnx --no-spectra",
                       "eckart inspect net.safetensors --json | jq '.layers[] | [.name, .stable_rank]'"});
    const auto arguments = std::make_shared<InspectArguments>();
    verb.add_text("MODEL", arguments->model, kModelFile, "Model (safetensors, its index, or ONNX)",
                  Presence::kRequired);
    verb.add_flag("--no-spectra", arguments->no_spectra, "Only names and shapes, at once");
    verb.add_common_options(arguments->common);
    verb.on_run(session, [arguments, &session] { return run(*arguments, session); });
}

}  // namespace eckart::cli
