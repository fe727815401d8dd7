#include "layer_views.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "eckart/compress/spectrum.hpp"
#include "model_names.hpp"
#include "several_dtypes.hpp"
#include "sparkline.hpp"
#include "table.hpp"
#include "terminal.hpp"

namespace eckart::cli {

namespace {

/// Of the table, beside the names.
constexpr std::size_t kOtherColumns = 70;

std::vector<std::string> names_of(const std::vector<LayerView>& views) {
    std::vector<std::string> names;
    names.reserve(views.size());
    for (const LayerView& view : views) names.push_back(view.name);
    return shown_names(names, kOtherColumns + (has_several_dtypes(views) ? 7 : 0));
}

std::int64_t parameters_at(const std::vector<LayerView>& views, std::int64_t parameters, std::size_t j) {
    for (const LayerView& view : views) {
        const std::int64_t factors = view.bias + view.ranks[j] * (view.out + view.in);
        parameters -= std::max<std::int64_t>(0, view.parameters - factors);
    }
    return parameters;
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

}  // namespace

void LayerView::take_spectrum(const VectorF& s) {
    stable_rank = compress::stable_rank(s);
    singular_values.assign(s.begin(), s.end());
    for (std::size_t j = 0; j < kEnergyShares.size(); ++j)
        ranks[j] = compress::rank_for_energy(s, kEnergyShares[j]);
}

std::string layer_table(const std::vector<LayerView>& views) {
    const bool dtypes =
        std::ranges::any_of(views, [&](const LayerView& view) { return view.dtype != views.front().dtype; });
    std::vector<std::string> header{"layer", "shape"};
    if (dtypes) header.emplace_back("dtype");
    header.insert(header.end(), {"stored", "parameters", "break-even"});
    const bool spectra = !views.empty() && !views.front().singular_values.empty();
    if (spectra) header.insert(header.end(), {"50 %", "90 %", "99 %", "stable"});
    Table table(header);
    std::int64_t parameters = 0;
    const std::vector<std::string> names = names_of(views);
    for (std::size_t i = 0; i < views.size(); ++i) {
        const LayerView& view = views[i];
        std::vector<std::string> row{names[i], fmt::format("{}x{}", view.out, view.in)};
        if (dtypes) row.push_back(view.dtype);
        row.push_back(view.stored_rank == 0 ? "dense" : fmt::format("r {}", view.stored_rank));
        row.push_back(with_commas(view.parameters));
        row.push_back(fmt::format("{:.1f}", view.break_even_rank));
        if (spectra) {
            for (const std::int64_t rank : view.ranks) row.push_back(std::to_string(rank));
            row.push_back(fmt::format("{:.1f}", view.stable_rank));
        }
        table.add_row(std::move(row));
        parameters += view.parameters;
    }
    table.add_rule();
    std::vector<std::string> total(dtypes ? 4 : 3);
    total.front() = "total";
    total.push_back(with_commas(parameters));
    table.add_row(std::move(total));
    return table.text();
}

std::string spectra_text(const std::vector<LayerView>& views) {
    std::size_t name_width = 0;
    const std::vector<std::string> names = names_of(views);
    for (const std::string& name : names) name_width = std::max(name_width, screen_columns(name));
    const int width = output_width() - static_cast<int>(name_width) - 22;
    std::string text =
        "Singular values, from the largest to the smallest (logarithmic bars over three decades):\n";
    for (std::size_t i = 0; i < views.size(); ++i) {
        const std::vector<double>& s = views[i].singular_values;
        text += fmt::format("{:<{}}  {:>8.3g} {} {:.3g}\n", names[i], name_width, s.front(),
                            sparkline(decades(s), 1, std::clamp(width, 8, 80)), s.back());
    }
    return text;
}

std::string share_table(const std::vector<LayerView>& views, std::int64_t parameters) {
    Table table({"energy kept in every layer", "parameters", "of now"});
    for (std::size_t j = 0; j < kEnergyShares.size(); ++j) {
        const std::int64_t kept = parameters_at(views, parameters, j);
        table.add_row(
            {fmt::format("{:.0f} %", 100 * kEnergyShares[j]), with_commas(kept),
             fmt::format("{:.1f} %", 100 * static_cast<double>(kept) / static_cast<double>(parameters))});
    }
    return table.text();
}

Json to_json(const LayerView& view) {
    Json json{{"name", view.name},
              {"out", view.out},
              {"in", view.in},
              {"dtype", view.dtype},
              {"bytes", view.bytes},
              {"factored", view.stored_rank > 0},
              {"rank", view.stored_rank > 0 ? view.stored_rank : std::min(view.out, view.in)},
              {"parameters", view.parameters},
              {"break_even_rank", view.break_even_rank}};
    if (view.singular_values.empty()) return json;
    json["rank_for_energy"] = {{"0.5", view.ranks[0]}, {"0.9", view.ranks[1]}, {"0.99", view.ranks[2]}};
    json["stable_rank"] = view.stable_rank;
    json["singular_values"] = view.singular_values;
    return json;
}

Json shares_json(const std::vector<LayerView>& views, std::int64_t parameters) {
    return {{"0.5", parameters_at(views, parameters, 0)},
            {"0.9", parameters_at(views, parameters, 1)},
            {"0.99", parameters_at(views, parameters, 2)}};
}

}  // namespace eckart::cli
