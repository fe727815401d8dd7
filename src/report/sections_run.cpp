// The data, the training and how all of it was measured.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "report/analysis.hpp"
#include "report/format.hpp"
#include "report/html.hpp"
#include "report/sections.hpp"

namespace eckart::report {
namespace {

constexpr std::int64_t kFewestForError = 30;  // below, the normal approximation says nothing

std::string shape_text(const std::vector<std::int64_t>& shape) {
    if (shape.size() != 3) return "";
    const char* kind = shape[0] == 3 ? "color" : "gray";
    return fmt::format("{} × {} pixels, {}", shape[1], shape[2], kind);
}

std::string class_table(const DataSet& data) {
    HtmlTable table({"class", "training images", "test images"});
    for (std::size_t i = 0; i < data.classes.size(); ++i) {
        table.add_row({data.classes[i], i < data.train_per_class.size() ? whole(data.train_per_class[i]) : "",
                       i < data.test_per_class.size() ? whole(data.test_per_class[i]) : ""});
    }
    table.add_total({"all", whole(data.train_count), whole(data.test_count)});
    return table.html();
}

std::string options_text(const Pairs& options) {
    std::string text;
    for (const auto& [name, value] : options) {
        std::string words = name;
        std::replace(words.begin(), words.end(), '_', ' ');
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", words, value);
    }
    return text;
}

std::string outcome_note(const Training& training) {
    if (training.outcome == "completed") return "";
    std::string why = "Training ended with outcome '" + training.outcome + "'";
    if (training.outcome == "interrupted")
        why = "Training was interrupted; 'eckart train --resume' continues it";
    if (training.outcome == "diverged")
        why = "Training diverged: its loss was no longer a number. Try a lower learning rate";
    return fmt::format("<p class=\"note\">{}.</p>\n", escape_html(why));
}

/// One row per field; a value that differs between files is listed for each of them.
std::string record_table(const std::vector<RecordOfFile>& records) {
    std::vector<std::string> names;
    for (const RecordOfFile& record : records) {
        for (const auto& field : record.fields) {
            if (std::find(names.begin(), names.end(), field.first) == names.end())
                names.push_back(field.first);
        }
    }
    HtmlTable table({"", "value", "file"});
    for (const std::string& name : names) {
        std::vector<std::pair<std::string, std::string>> values;  // value, files
        for (const RecordOfFile& record : records) {
            for (const auto& field : record.fields) {
                if (field.first != name || field.second.empty()) continue;
                const auto same = std::find_if(values.begin(), values.end(), [&](const auto& known) {
                    return known.first == field.second;
                });
                if (same == values.end()) {
                    values.emplace_back(field.second, record.file);
                } else {
                    same->second += ", " + record.file;
                }
            }
        }
        for (const auto& [value, files] : values)
            table.add_row({name, value, values.size() == 1 ? "" : files});
    }
    return "<div class=\"record\">" + table.html() + "</div>";
}

struct Missing {
    bool missing;
    const char* what;
    std::string command;
};

std::string missing_list(const RunData& run) {
    const std::string folder = run.directory.string();
    const std::vector<Missing> all{
        {!run.data || !run.training, "The data and the training",
         "eckart train --data DATA -o net.safetensors --run " + folder},
        {!run.sweep || !run.spectra, "Spectra, accuracy and time at every rank",
         "eckart sweep net.safetensors --data DATA --run " + folder},
        {!run.compression, "The per-layer table",
         "eckart compress net.safetensors --rank 50 -o small.safetensors --run " + folder},
        {run.fine_tunings.empty(), "Fine-tuning",
         "eckart finetune small.safetensors --data DATA -o tuned.safetensors --run " + folder},
    };
    std::string html;
    for (const Missing& item : all) {
        if (!item.missing) continue;
        html += fmt::format("<li>{}: <code>{}</code></li>\n", item.what, escape_html(item.command));
    }
    if (html.empty()) return "";
    return "<p>Not measured in this run, and the command that does (write your own paths for DATA and the "
           "models):</p>\n<ul class=\"missing\">\n" +
           html + "</ul>\n";
}

std::string method_list(const RunData& run) {
    std::string html;
    const auto add = [&](const std::string& text) { html += "<li>" + escape_html(text) + "</li>\n"; };
    if (run.sweep && !run.sweep->method.empty()) add("Times: " + run.sweep->method);
    if (run.sweep && !timed_batches(*run.sweep).empty()) {
        add(fmt::format(
            "Times are those of one batch: the median of the repetitions, and as a band the 10th to the "
            "90th percentile{}.",
            run.sweep->threads > 0 ? ", with " + plural(run.sweep->threads, "thread") : ""));
    }
    if (run.sweep && run.sweep->test_count > 0) {
        const double p = run.sweep->dense_accuracy;
        std::string text =
            fmt::format("Accuracy is the share of {}", plural(run.sweep->test_count, "test image"));
        if (run.sweep->test_count >= kFewestForError) {
            text += "; by chance alone it has a standard error of " +
                    points(std::sqrt(p * (1 - p) / static_cast<double>(run.sweep->test_count)));
        }
        add(text + ".");
    }
    if (run.sweep && !run.sweep->complete) add("The sweep was interrupted: further ranks are missing.");
    if (run.sweep || run.compression) {
        add("Rank r replaces a matrix W (m × n) by its best approximation of that rank in the Frobenius "
            "norm, the "
            "truncated SVD (Eckart and Young, 1936), stored as two factors with r(m + n) weights.");
    }
    return html.empty() ? "" : "<ul>\n" + html + "</ul>\n";
}

}  // namespace

Section data_section(const RunData& run) {
    Section section{"data", "The data", ""};
    if (!run.data) return section;
    const DataSet& data = *run.data;
    const std::string shape = shape_text(data.image_shape);
    section.html = paragraph(fmt::format("{}: {} training and {} test images in {} classes{}.", data.name,
                                         whole(data.train_count), whole(data.test_count), data.classes.size(),
                                         shape.empty() ? "" : ", " + shape));
    for (const std::string& warning : data.warnings) {
        section.html += fmt::format("<p class=\"note\">{}</p>\n", escape_html(warning));
    }
    if (!run.image_grid.empty()) {
        section.html += fmt::format(
            "<figure class=\"images\"><img alt=\"Example images of {0} with their class names\" "
            "src=\"data:image/png;base64,{1}\"><figcaption>Examples of every class.</figcaption></figure>\n",
            escape_html(data.name), base64(run.image_grid));
    }
    section.html += "<details><summary>Images per class</summary>" + class_table(data) + "</details>\n";
    return section;
}

Section training_section(const RunData& run, const Plots& plots) {
    Section section{"training", "Training", ""};
    if (!run.training) return section;
    const Training& training = *run.training;
    const double seconds_in_all =
        std::accumulate(training.epochs.begin(), training.epochs.end(), 0.0,
                        [](double sum, const Epoch& epoch) { return sum + epoch.seconds; });
    std::string text = training.architecture.empty() ? "The network" : "A " + training.architecture;
    if (training.blocks > 0) {
        text += fmt::format(" with {} of {} units", plural(training.blocks, "residual block"),
                            whole(training.hidden));
    }
    text += fmt::format(": {} parameters, {}. It trained for {} in {}.", whole(training.size.parameters),
                        bytes(training.size.bytes),
                        plural(static_cast<std::int64_t>(training.epochs.size()), "epoch"),
                        seconds(seconds_in_all));
    section.html = paragraph(text) + outcome_note(training);
    if (plots.loss)
        section.html +=
            "<div class=\"pair\">" + figure(*plots.loss) + figure(*plots.accuracy_by_epoch) + "</div>\n";
    if (!training.options.empty()) {
        section.html +=
            fmt::format("<p class=\"small\">Options: {}.</p>\n", escape_html(options_text(training.options)));
    }
    return section;
}

Section method_section(const RunData& run, const std::vector<std::string>& plot_files) {
    Section section{"method", "How it was measured", method_list(run)};
    if (!plot_files.empty()) {
        section.html +=
            fmt::format("<p>The plots of this page are also in <code>{}</code>, each as SVG and PNG.</p>\n",
                        escape_html((run.directory / "plots").string()));
    }
    section.html += missing_list(run);
    section.html +=
        "<details open><summary>Run record</summary>" + record_table(run.records) + "</details>\n";
    return section;
}

}  // namespace eckart::report
