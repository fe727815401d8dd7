#include "compress_table.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

#include "model_names.hpp"
#include "several_dtypes.hpp"
#include "table.hpp"

namespace eckart::cli {

namespace {

using compress::LayerOutcome;

std::string size_text(std::uint64_t bytes) {
    return format_bytes(static_cast<std::int64_t>(bytes));
}

/// "43.12 %", or "3e-07" where that would be 0.
std::string format_error(double error) {
    return error == 0 || error >= 5e-5 ? fmt::format("{:.2f} %", 100 * error) : fmt::format("{:.0e}", error);
}

std::string format_share(std::uint64_t part, std::uint64_t whole) {
    if (whole == 0) return "";
    return fmt::format("{:.1f} %", 100 * static_cast<double>(part) / static_cast<double>(whole));
}

/// What is left of layers or of a model, and what there was.
struct Sizes {
    std::int64_t parameters_before = 0;
    std::int64_t parameters = 0;
    std::uint64_t bytes_before = 0;
    std::uint64_t bytes = 0;

    Sizes& operator+=(const LayerOutcome& layer) {
        parameters_before += layer.parameters_before;
        parameters += layer.parameters_after;
        bytes_before += layer.bytes_before;
        bytes += layer.bytes_after;
        return *this;
    }
};

Sizes sizes_of(const io::ModelFile& model, const std::vector<LayerOutcome>& layers) {
    Sizes sum;
    for (const LayerOutcome& layer : layers) sum += layer;
    return {model.parameters(), model.parameters() - sum.parameters_before + sum.parameters, model.bytes(),
            model.bytes() - sum.bytes_before + sum.bytes};
}

/// The rows of a table in the making: columns that a plan or a model of one dtype lacks are left out.
class CompressionTable {
  public:
    CompressionTable(bool plan, bool several_dtypes)
        : plan_(plan), several_dtypes_(several_dtypes), table_(header()) {}

    void add(const std::string& name, const LayerOutcome& layer) {
        std::vector<std::string> row{name, fmt::format("{}x{}", layer.out, layer.in)};
        if (several_dtypes_) row.push_back(layer.dtype);
        row.push_back(layer.factored ? std::to_string(layer.rank) : "as is");
        row.push_back(fmt::format("{:.1f}", layer.break_even));
        if (!plan_) {
            const bool predicted = layer.factored && layer.method != "cut";
            row.push_back(predicted ? format_error(layer.predicted_error) : "");
            row.push_back(layer.factored ? format_error(layer.measured_error) : "");
        }
        add_sizes(std::move(row), Sizes{} += layer);
    }

    void add_sum(const std::string& name, const Sizes& sizes) {
        std::vector<std::string> row(header().size() - 3);
        row.front() = name;
        add_sizes(std::move(row), sizes);
    }

    void add_rule() { table_.add_rule(); }
    [[nodiscard]] std::string text() const { return table_.text(); }

  private:
    [[nodiscard]] std::vector<std::string> header() const {
        std::vector<std::string> names{"layer", "shape"};
        if (several_dtypes_) names.emplace_back("dtype");
        names.insert(names.end(), {"rank", "break-even"});
        if (!plan_) names.insert(names.end(), {"predicted", "measured"});
        names.insert(names.end(), {"parameters", "bytes", "share"});
        return names;
    }

    void add_sizes(std::vector<std::string> row, const Sizes& sizes) {
        row.push_back(with_commas(sizes.parameters));
        row.push_back(size_text(sizes.bytes));
        row.push_back(format_share(sizes.bytes, sizes.bytes_before));
        table_.add_row(std::move(row));
    }

    bool plan_;
    bool several_dtypes_;
    Table table_;
};

/// Up to three names, and how many more there are.
std::string listed(const std::vector<std::string>& names) {
    constexpr std::size_t kShown = 3;
    constexpr std::size_t kColumns = 60;
    std::string text;
    for (std::size_t i = 0; i < std::min(names.size(), kShown); ++i)
        text += fmt::format("{}{}", i == 0 ? "" : ", ", shown_name(names[i], kColumns));
    return names.size() <= kShown ? text : fmt::format("{} and {} more", text, names.size() - kShown);
}

/// One line for each reason that things stay for, with their names.
std::vector<std::string> grouped(const std::map<std::string, std::vector<std::string>>& names_by_reason,
                                 const std::string& things) {
    std::vector<std::string> lines;
    lines.reserve(names_by_reason.size());
    for (const auto& [why, names] : names_by_reason) {
        lines.push_back(names.size() == 1
                            ? fmt::format("{} stays as it is: {}", shown_name(names.front(), 60), clause(why))
                            : fmt::format("{} {} stay as they are: {} ({})", names.size(), things,
                                          clause(why, "each"), listed(names)));
    }
    return lines;
}

std::vector<std::string> notes_on_layers(const std::vector<LayerOutcome>& layers) {
    constexpr std::ptrdiff_t kFew = 4;
    const auto stays = [](const LayerOutcome& layer) { return layer.considered && !layer.factored; };
    const bool few = std::ranges::count_if(layers, stays) <= kFew;
    std::map<std::string, std::vector<std::string>> names;
    for (const LayerOutcome& layer : layers) {
        if (layer.factored) continue;
        const std::string why = few || !layer.considered            ? layer.why
                                : layer.why.starts_with("has rank") ? "has no higher rank already"
                                                                    : "factors would be no smaller";
        names[why].push_back(layer.name);
    }
    return grouped(names, "layers");
}

}  // namespace

std::uint64_t bytes_after(const io::ModelFile& model, const std::vector<LayerOutcome>& layers) {
    return sizes_of(model, layers).bytes;
}

std::string compression_table(const io::ModelFile& model, const std::vector<LayerOutcome>& layers,
                              bool plan) {
    std::vector<std::string> names;
    names.reserve(layers.size());
    for (const LayerOutcome& layer : layers) names.push_back(layer.name);
    const bool dtypes = has_several_dtypes(layers);
    names = shown_names(names, 82U - (plan ? 21U : 0U) + (dtypes ? 7U : 0U));
    CompressionTable table(plan, dtypes);
    Sizes sum;
    for (std::size_t i = 0; i < layers.size(); ++i) {
        const LayerOutcome& layer = layers[i];
        if (!layer.considered) continue;
        table.add(names[i], layer);
        sum += layer;
    }
    table.add_rule();
    table.add_sum("these layers", sum);
    table.add_sum("whole model", sizes_of(model, layers));
    return table.text();
}

std::vector<std::string> kept_notes(const io::ModelFile& model) {
    std::map<std::string, std::vector<std::string>> names;
    for (const io::KeptTensor& tensor : model.kept()) names[tensor.why].push_back(tensor.name);
    return grouped(names, "tensors");
}

std::vector<std::string> inspection_notes(const io::ModelFile& model) {
    std::map<std::string, std::vector<std::string>> names;
    for (const io::StoredLinear& layer : model.linears()) {
        if (!layer.doubt.empty()) names[layer.doubt].push_back(layer.name);
    }
    std::vector<std::string> lines = grouped(names, "layers");
    for (std::string& line : kept_notes(model)) lines.push_back(std::move(line));
    return lines;
}

std::vector<std::string> slice_notes(const std::vector<LayerOutcome>& layers) {
    std::vector<LayerOutcome> with_factors;
    std::ranges::copy_if(layers, std::back_inserter(with_factors), &LayerOutcome::considered);
    std::vector<std::string> lines = notes_on_layers(with_factors);
    std::vector<std::string> tuned;
    for (const LayerOutcome& layer : layers) {
        if (layer.method == "cut") tuned.push_back(layer.name);
    }
    if (!tuned.empty()) {
        lines.push_back(fmt::format(
            "The factors of {} are not those of a singular value decomposition (training moves them): "
            "'eckart compress --rank' finds better ones",
            listed(tuned)));
    }
    return lines;
}

std::string size_line(const io::ModelFile& model, const std::vector<LayerOutcome>& layers) {
    const Sizes sizes = sizes_of(model, layers);
    return fmt::format("{}, {} of {}; {} of {} parameters", size_text(sizes.bytes),
                       format_share(sizes.bytes, sizes.bytes_before), size_text(sizes.bytes_before),
                       with_commas(sizes.parameters), with_commas(sizes.parameters_before));
}

std::vector<std::string> compression_notes(const io::ModelFile& model,
                                           const std::vector<LayerOutcome>& layers) {
    std::vector<std::string> lines = notes_on_layers(layers);
    for (std::string& line : kept_notes(model)) lines.push_back(std::move(line));
    double excess = 0;
    for (const LayerOutcome& layer : layers) excess = std::max(excess, layer.excess);
    if (excess > 0) {
        lines.push_back(fmt::format(
            "Some decompositions are randomized: errors exceed the smallest possible by at most {:.2g} %",
            100 * excess));
    }
    return lines;
}

}  // namespace eckart::cli
