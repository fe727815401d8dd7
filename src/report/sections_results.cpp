// What compression did to the network: spectra, accuracy, time, fine-tuning, layers, and the words about
// them.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "report/analysis.hpp"
#include "report/findings.hpp"
#include "report/format.hpp"
#include "report/html.hpp"
#include "report/sections.hpp"

namespace eckart::report {
namespace {

std::string share_of_dense(std::int64_t parameters, std::optional<std::int64_t> dense) {
    std::string count = short_count(static_cast<double>(parameters)) + " parameters";
    if (!dense || *dense == 0) return count;
    const double share = static_cast<double>(parameters) / static_cast<double>(*dense);
    return fmt::format("{}, {} of dense", count, percent(share, share < 0.0995 ? 1 : 0));
}

std::string sweep_table(const Sweep& sweep) {
    std::vector<std::string> header{"rank",     "test accuracy", "parameters",
                                    "of dense", "size",          "multiply-adds"};
    const std::vector<std::int64_t> batches = timed_batches(sweep);
    for (const std::int64_t batch : batches) header.push_back("faster, batch " + whole(batch));
    HtmlTable table(header);
    for (const SweepPoint& point : sweep.points) {
        const double share = static_cast<double>(point.size.parameters) /
                             static_cast<double>(std::max<std::int64_t>(sweep.dense.parameters, 1));
        std::vector<std::string> row{whole(point.rank),
                                     percent(point.test_accuracy),
                                     whole(point.size.parameters),
                                     percent(share),
                                     bytes(point.size.bytes),
                                     short_count(static_cast<double>(point.size.macs))};
        for (const std::int64_t batch : batches) {
            const Latency* latency = latency_at(point, batch);
            row.push_back(latency == nullptr ? "" : times(latency->speedup()));
        }
        table.add_row(std::move(row));
    }
    std::vector<std::string> dense{
        "dense",    percent(sweep.dense_accuracy), whole(sweep.dense.parameters),
        percent(1), bytes(sweep.dense.bytes),      short_count(static_cast<double>(sweep.dense.macs))};
    dense.resize(header.size());
    table.add_total(std::move(dense));
    return table.html();
}

/// A layer that stays as it was is dense unless it has other than a matrix's weights and biases.
bool was_factored(const LayerResult& layer) {
    // In floating point, where the numbers of a damaged file cannot overflow.
    const auto out = static_cast<double>(layer.out);
    return !layer.factored &&
           static_cast<double>(layer.parameters_before) != out * static_cast<double>(layer.in) + out;
}

std::string compression_table(const Compression& compression) {
    HtmlTable table({"layer", "shape", "rank", "retained energy", "error predicted", "error measured",
                     "parameters before", "after"});
    for (const LayerResult& layer : compression.layers) {
        const std::string rank = layer.factored        ? whole(layer.rank)
                                 : was_factored(layer) ? fmt::format("as it was (rank {})", layer.rank)
                                                       : "dense";
        table.add_row({layer.name, whole(layer.out) + " × " + whole(layer.in), rank,
                       percent(layer.retained_energy), significant(layer.predicted_error, 3),
                       significant(layer.measured_error, 3), whole(layer.parameters_before),
                       whole(layer.parameters_after)});
    }
    table.add_total({"all", "", "", "", "", "", whole(compression.parameters_before),
                     whole(compression.parameters_after)});
    return table.html();
}

std::string spectra_table(const Spectra& spectra) {
    HtmlTable table({"layer", "shape", "break-even rank", "largest singular value", "rank for 50 % energy",
                     "for 90 %", "for 99 %"});
    for (const LayerSpectrum& layer : spectra.layers) {
        table.add_row({layer.name, whole(layer.out) + " × " + whole(layer.in),
                       significant(layer.break_even_rank, 3),
                       layer.singular_values.empty() ? "" : significant(layer.singular_values.front(), 3),
                       whole(rank_for_energy(layer, 0.5)), whole(rank_for_energy(layer, 0.9)),
                       whole(rank_for_energy(layer, 0.99))});
    }
    return table.html();
}

std::string fine_tuning_table(const RunData& run) {
    HtmlTable table(
        {"rank", "parameters", "after compression", "after fine-tuning", "gain", "epochs", "against dense"});
    for (const FineTuning& tuning : run.fine_tunings) {
        const auto dense = tuning.dense_accuracy ? tuning.dense_accuracy : run.dense_accuracy();
        const double after = final_accuracy(tuning);
        const auto signed_points = [](double difference) {
            return (difference < 0 ? "−" : "+") + points(difference);
        };
        table.add_row({whole(tuning.rank), whole(tuning.parameters), percent(tuning.compressed_accuracy),
                       percent(after), signed_points(after - tuning.compressed_accuracy),
                       whole(static_cast<std::int64_t>(tuning.epochs.size())),
                       dense ? signed_points(after - *dense) : ""});
    }
    return table.html();
}

}  // namespace

Section spectra_section(const RunData& run, const Plots& plots) {
    Section section{"spectra", "Singular values", ""};
    if (!plots.spectra) return section;
    section.html = figure(*plots.spectra);
    section.html += "<h3>How much energy a rank holds</h3>\n" + spectra_table(*run.spectra);
    return section;
}

Section accuracy_section(const RunData& run, const Plots& plots) {
    Section section{"accuracy", "Accuracy against size", ""};
    if (!plots.accuracy_by_size) return section;
    section.html = figure(*plots.accuracy_by_size);
    section.html +=
        "<details><summary>Every rank measured</summary>" + sweep_table(*run.sweep) + "</details>\n";
    return section;
}

Section time_section(const RunData& run, const Plots& plots) {
    Section section{"time", "Inference time against rank", ""};
    if (plots.times.empty()) return section;
    std::string text =
        "Each point is the median time of one batch through the factored network, the band its 10th to 90th "
        "percentile; "
        "the dense network was measured in turns with it. At the break-even rank the factors hold as many "
        "weights as the "
        "matrices.";
    if (run.sweep->threads > 0) text += " All of it ran on " + plural(run.sweep->threads, "thread") + ".";
    section.html = paragraph(text);
    section.html += "<div class=\"grid\">";
    for (const Plot& plot : plots.times) section.html += figure(plot);
    section.html += "</div>\n";
    return section;
}

Section fine_tuning_section(const RunData& run, const Plots& plots) {
    Section section{"fine-tuning", "Fine-tuning", ""};
    if (!plots.fine_tuning) return section;
    section.html = figure(*plots.fine_tuning) + fine_tuning_table(run);
    return section;
}

Section layers_section(const RunData& run) {
    Section section{"layers", "Layer by layer", ""};
    if (!run.compression) return section;
    section.html = paragraph(
        std::string(run.compression->rank > 0 ? "One rank for every layer."
                                              : "The same share of every layer's parameters.") +
        " Energy is the share of the squared singular values that is kept; errors "
        "are relative, "
        "in the Frobenius norm: predicted from the singular values left out, and measured on the stored "
        "factors.");
    section.html += compression_table(*run.compression);
    for (const LayerResult& layer : run.compression->layers) {
        if (layer.factored || layer.why.empty()) continue;
        section.html += fmt::format("<p class=\"small\">{} stays {}: {}.</p>\n", escape_html(layer.name),
                                    was_factored(layer) ? "as it was" : "dense", escape_html(layer.why));
    }
    return section;
}

Section findings_section(const RunData& run) {
    Section section{"findings", "What this run shows", ""};
    for (const Finding& finding : {accuracy_finding(run), time_finding(run), fine_tuning_finding(run)}) {
        if (finding.sentences.empty()) continue;
        section.html += fmt::format("<h3>{}</h3>\n<p class=\"answer\">{}</p>\n",
                                    escape_html(finding.question), escape_html(finding.sentences.front()));
        if (finding.sentences.size() == 1) continue;
        section.html += "<ul>\n";
        for (std::size_t i = 1; i < finding.sentences.size(); ++i) {
            section.html += "<li>" + escape_html(finding.sentences[i]) + "</li>\n";
        }
        section.html += "</ul>\n";
    }
    return section;
}

std::string headline(const RunData& run) {
    std::string html;
    const auto dense_accuracy = run.dense_accuracy();
    const auto dense_parameters = run.dense_parameters();
    if (dense_accuracy) {
        std::vector<std::string> details;
        if (dense_parameters)
            details.push_back(short_count(static_cast<double>(*dense_parameters)) + " parameters, " +
                              bytes(static_cast<std::int64_t>(sizeof(float)) * *dense_parameters));
        html += tile("Dense network", percent(*dense_accuracy), details);
    }
    if (run.sweep) {
        if (const SweepPoint* best = best_trade_off(*run.sweep)) {
            std::vector<std::string> details{fmt::format(
                "rank {}, {}", best->rank, share_of_dense(best->size.parameters, dense_parameters))};
            if (!best->latency.empty()) {
                const auto fastest = std::max_element(
                    best->latency.begin(), best->latency.end(),
                    [](const Latency& a, const Latency& b) { return a.speedup() < b.speedup(); });
                details.push_back(
                    fmt::format("{} as fast at batch {}", times(fastest->speedup()), whole(fastest->batch)));
            }
            html += tile("Best trade-off: smallest within one point", percent(best->test_accuracy), details);
        }
    }
    const FineTuning* tuned = best_fine_tuning(run);
    if (tuned != nullptr && !tuned->epochs.empty()) {
        html += tile(
            "Fine-tuned", percent(final_accuracy(*tuned)),
            {fmt::format("rank {}, {}", tuned->rank, share_of_dense(tuned->parameters, dense_parameters)),
             "from " + percent(tuned->compressed_accuracy)});
    }
    return tile_row(html);
}

}  // namespace eckart::report
