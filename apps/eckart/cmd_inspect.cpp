#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <memory>

#include "commands.hpp"
#include "context.hpp"
#include "eckart/compress/decomposition.hpp"
#include "eckart/compress/spectrum.hpp"
#include "eckart/io/network_file.hpp"
#include "eckart/model/residual_mlp.hpp"
#include "exit_codes.hpp"
#include "run_directory.hpp"
#include "sparkline.hpp"
#include "table.hpp"

namespace eckart::cli {

namespace {

constexpr std::array<double, 3> kShares{0.5, 0.9, 0.99};

struct InspectArguments {
    CommonOptions common;
    std::string model;
};

/// One layer as the command shows it.
struct LayerView {
    std::string name;
    std::int64_t out = 0;
    std::int64_t in = 0;
    std::int64_t stored_rank = 0;  ///< of the factors; 0 for a dense layer
    std::int64_t parameters = 0;
    double break_even_rank = 0;
    std::array<std::int64_t, kShares.size()> ranks{};  ///< for kShares of the energy
    double stable_rank = 0;
    std::vector<double> singular_values;
};

std::vector<LayerView> views_of(const model::Network<float>& network,
                                const std::vector<compress::LayerDecomposition>& decomposition) {
    std::vector<LayerView> views;
    for (std::size_t i = 0; i < network.layer_count(); ++i) {
        const model::Linear<float>& layer = network.layer(i);
        const VectorF& s = decomposition[i].svd.s;
        LayerView view{layer.name(),
                       layer.out(),
                       layer.in(),
                       layer.factored() ? layer.rank() : 0,
                       layer.parameter_count(),
                       compress::break_even_rank(layer.out(), layer.in()),
                       {},
                       compress::stable_rank(s),
                       {s.begin(), s.end()}};
        for (std::size_t j = 0; j < kShares.size(); ++j) {
            view.ranks[j] = compress::rank_for_energy(s, kShares[j]);
        }
        views.push_back(std::move(view));
    }
    return views;
}

/// Parameters when every layer keeps kShares[j] of its energy, as factors where these are smaller.
std::int64_t parameters_at(const std::vector<LayerView>& views, std::size_t j) {
    std::int64_t sum = 0;
    for (const LayerView& view : views) {
        sum += std::min(view.parameters, view.out + view.ranks[j] * (view.out + view.in));
    }
    return sum;
}

std::string layer_table(const std::vector<LayerView>& views) {
    Table table({"layer", "shape", "stored", "parameters", "break-even", "50 %", "90 %", "99 %", "stable"});
    std::int64_t parameters = 0;
    for (const LayerView& view : views) {
        std::vector<std::string> row{view.name, fmt::format("{}x{}", view.out, view.in),
                                     view.stored_rank == 0 ? "dense" : fmt::format("r {}", view.stored_rank),
                                     with_commas(view.parameters),
                                     fmt::format("{:.1f}", view.break_even_rank)};
        for (const std::int64_t rank : view.ranks) row.push_back(std::to_string(rank));
        row.push_back(fmt::format("{:.1f}", view.stable_rank));
        table.add_row(std::move(row));
        parameters += view.parameters;
    }
    table.add_rule();
    table.add_row({"total", "", "", with_commas(parameters)});
    return table.text();
}

/// 1 for the largest value, 0 for a thousandth of it and less, by the logarithm: a spectrum falls by factors.
std::vector<double> decades(const std::vector<double>& s) {
    constexpr double kDecades = 3;
    std::vector<double> heights;
    heights.reserve(s.size());
    for (const double value : s) {
        const double share = s.front() > 0 ? value / s.front() : 0;
        heights.push_back(share > 0 ? std::max(0.0, 1 + std::log10(share) / kDecades) : 0);
    }
    return heights;
}

/// The spectra as bars, as wide as the terminal allows.
std::string spectra_text(const std::vector<LayerView>& views) {
    std::size_t name_width = 0;
    for (const LayerView& view : views) name_width = std::max(name_width, view.name.size());
    const int width = output_width() - static_cast<int>(name_width) - 22;
    std::string text =
        "Singular values, from the largest to the smallest (logarithmic bars over three decades):\n";
    for (const LayerView& view : views) {
        const std::vector<double>& s = view.singular_values;
        text += fmt::format("{:<{}}  {:>8.3g} {} {:.3g}\n", view.name, name_width, s.front(),
                            sparkline(decades(s), 1, std::clamp(width, 8, 80)), s.back());
    }
    return text;
}

std::string share_table(const std::vector<LayerView>& views, std::int64_t parameters) {
    Table table({"energy kept in every layer", "parameters", "of now"});
    for (std::size_t j = 0; j < kShares.size(); ++j) {
        const std::int64_t kept = parameters_at(views, j);
        table.add_row(
            {fmt::format("{:.0f} %", 100 * kShares[j]), with_commas(kept),
             fmt::format("{:.1f} %", 100 * static_cast<double>(kept) / static_cast<double>(parameters))});
    }
    return table.text();
}

Json to_json(const LayerView& view) {
    return {{"name", view.name},
            {"out", view.out},
            {"in", view.in},
            {"factored", view.stored_rank > 0},
            {"rank", view.stored_rank > 0 ? view.stored_rank : std::min(view.out, view.in)},
            {"parameters", view.parameters},
            {"break_even_rank", view.break_even_rank},
            {"rank_for_energy", {{"0.5", view.ranks[0]}, {"0.9", view.ranks[1]}, {"0.99", view.ranks[2]}}},
            {"stable_rank", view.stable_rank},
            {"singular_values", view.singular_values}};
}

Json inspection_json(const std::string& path, const io::NetworkFile& file,
                     const std::vector<LayerView>& views) {
    Json layers = Json::array();
    for (const LayerView& view : views) layers.push_back(to_json(view));
    return {{"file", path},
            {"file_bytes", std::filesystem::file_size(path)},
            {"model", model::describe(file.network)},
            {"layers", std::move(layers)},
            {"parameters_for_energy",
             {{"0.5", parameters_at(views, 0)},
              {"0.9", parameters_at(views, 1)},
              {"0.99", parameters_at(views, 2)}}},
            {"made_by", file.run_record}};
}

int run(const InspectArguments& arguments, const Session& session) {
    Context context(session, arguments.common);
    const io::NetworkFile file = io::load_network(arguments.model);
    const auto decomposition = compress::decompose(file.network, context.progress(), stop_requested());
    if (interrupt_exit_code() != 0) {
        context.progress().on_line("interrupted; nothing was written");
        return interrupt_exit_code();
    }
    const std::vector<LayerView> views = views_of(file.network, decomposition);
    const model::ModelSize size = file.network.size();
    context.print(fmt::format("{}, {}: {} parameters, {}, {} multiply-adds\n",
                              model::outline(file.network.architecture()),
                              file.network.factored() ? "factored" : "dense", with_commas(size.parameters),
                              format_bytes(size.bytes), with_commas(size.macs)));
    context.print(layer_table(views));
    context.print(
        "break-even: factors of a smaller rank than this save parameters. 50, 90, 99 %: the rank\n"
        "that keeps this share of the energy (sum of squares). stable: stable rank |W|_F^2 / |W|_2^2.\n");
    context.print(spectra_text(views));
    context.print(share_table(views, size.parameters));
    context.print_json(with_record("eckart.inspection/1", context.record(""),
                                   inspection_json(arguments.model, file, views)));
    return kDone;
}

}  // namespace

void add_command_inspect(Verb root, Session& session) {
    Verb verb =
        root.add_verb("inspect", "Layers, spectra and what compression would give",
                      {"eckart inspect net.safetensors",
                       "eckart inspect net.safetensors --json | jq '.layers[] | [.name, .stable_rank]'"});
    const auto arguments = std::make_shared<InspectArguments>();
    verb.add_text("MODEL", arguments->model, kNetworkFile, "Network (safetensors), dense or factored",
                  Presence::kRequired);
    verb.add_common_options(arguments->common);
    verb.on_run(session, [arguments, &session] { return run(*arguments, session); });
}

}  // namespace eckart::cli
