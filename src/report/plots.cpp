#include "report/plots.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "report/analysis.hpp"
#include "report/findings.hpp"
#include "report/format.hpp"

namespace eckart::report {
namespace {

// Colors keep their meaning: the first for the plain or training series, the second for fine-tuned or test.
constexpr int kFirstColor = 0;
constexpr int kSecondColor = 1;
constexpr double kSinglePrecision = 1e-7;

Axis epoch_axis(const std::vector<Epoch>& epochs, double first) {
    const double last = epochs.empty() ? 1 : static_cast<double>(epochs.back().number);
    return {"epoch", "", NumberStyle::kWhole, false, first, std::max(last, first + 1)};
}

Axis accuracy_axis() {
    return {"test accuracy (%)", "%", NumberStyle::kPlain};
}

Plot loss_plot(const Training& training) {
    Plot plot{"training-loss", "Loss", "", epoch_axis(training.epochs, 1), {"loss", ""}, {}, {}, {}};
    Series train{"training", SeriesStyle::kLineWithPoints, kFirstColor, {}};
    Series test{"test", SeriesStyle::kLineWithPoints, kSecondColor, {}};
    for (const Epoch& epoch : training.epochs) {
        train.points.push_back({static_cast<double>(epoch.number), epoch.train_loss});
        test.points.push_back({static_cast<double>(epoch.number), epoch.test_loss});
    }
    const Epoch* best = nullptr;
    for (const Epoch& epoch : training.epochs) {
        if (!std::isfinite(epoch.test_loss)) continue;
        if (best == nullptr || epoch.test_loss < best->test_loss) best = &epoch;
    }
    plot.caption = "Mean negative log-likelihood per image after each epoch.";
    if (best != nullptr) {
        plot.caption += fmt::format(
            " The test loss is lowest after epoch {} ({:.3f}); where it rises while the training loss falls, "
            "the network overfits.",
            best->number, best->test_loss);
    }
    plot.series = {train, test};
    return plot;
}

Plot epoch_accuracy_plot(const Training& training) {
    Plot plot{"training-accuracy",
              "Test accuracy",
              "",
              epoch_axis(training.epochs, 1),
              accuracy_axis(),
              {},
              {},
              {}};
    Series test{"test", SeriesStyle::kLineWithPoints, kSecondColor, {}};
    for (const Epoch& epoch : training.epochs) {
        test.points.push_back({static_cast<double>(epoch.number), 100 * epoch.test_accuracy});
    }
    plot.caption = fmt::format(
        "Share of the test images classified correctly after each epoch: {} after the first, {} "
        "after the last.",
        percent(training.epochs.front().test_accuracy), percent(training.epochs.back().test_accuracy));
    plot.series = {test};
    return plot;
}

/// 1, 2, 5, 10, 20, ... up to `limit`.
std::vector<double> one_two_five(double limit) {
    std::vector<double> values;
    for (double decade = 1; decade <= limit; decade *= 10) {
        for (const double step : {1.0, 2.0, 5.0}) {
            if (step * decade <= limit) values.push_back(step * decade);
        }
    }
    return values;
}

Plot spectra_plot(const Spectra& spectra) {
    Plot plot{
        "spectra",
        "Singular values of each layer",
        "All singular values of every weight matrix, largest first, on logarithmic axes. A layer whose curve "
        "drops "
        "early can be cut to a low rank at little cost; a flat one spreads its weight over many directions.",
        {"index of the singular value", "", NumberStyle::kWhole, true},
        {"singular value", "", NumberStyle::kPlain, true},
        {},
        {},
        {}};
    double largest = 0;
    std::size_t most = 1;
    for (const LayerSpectrum& layer : spectra.layers) {
        if (layer.singular_values.empty()) continue;
        largest = std::max(largest, layer.singular_values.front());
        most = std::max(most, layer.singular_values.size());
    }
    int color = 0;
    for (const LayerSpectrum& layer : spectra.layers) {
        Series series{layer.name, SeriesStyle::kLine, color++, {}};
        for (std::size_t i = 0; i < layer.singular_values.size(); ++i) {
            const double value = layer.singular_values[i];
            // Zero has no place on a logarithmic axis, and below single precision there is only rounding.
            if (value > kSinglePrecision * largest)
                series.points.push_back({static_cast<double>(i + 1), value});
        }
        plot.series.push_back(std::move(series));
    }
    plot.x.low = 1;
    plot.x.high = static_cast<double>(std::max<std::size_t>(most, 2));
    plot.table_x = one_two_five(plot.x.high);
    return plot;
}

Plot accuracy_plot(const RunData& run) {
    const Sweep& sweep = *run.sweep;
    Plot plot{"accuracy-parameters",
              "Test accuracy against the number of parameters",
              "",
              {"parameters", "", NumberStyle::kShort, true},
              accuracy_axis(),
              {},
              {{true, 100 * sweep.dense_accuracy, "dense " + percent(sweep.dense_accuracy)}},
              {}};
    Series plain{"truncated SVD", SeriesStyle::kLineWithPoints, kFirstColor, {}};
    for (const SweepPoint& point : sweep.points) {
        plain.points.push_back({static_cast<double>(point.size.parameters), 100 * point.test_accuracy,
                                kNoValue, kNoValue, fmt::format("rank {}", point.rank)});
    }
    std::sort(plain.points.begin(), plain.points.end(),
              [](const PlotPoint& a, const PlotPoint& b) { return a.x < b.x; });
    plot.series.push_back(std::move(plain));
    Series tuned{"fine-tuned", SeriesStyle::kLineWithPoints, kSecondColor, {}};
    for (const FineTuning& tuning : run.fine_tunings) {
        tuned.points.push_back({static_cast<double>(tuning.parameters), 100 * final_accuracy(tuning),
                                kNoValue, kNoValue, fmt::format("rank {}", tuning.rank)});
    }
    if (!tuned.points.empty()) plot.series.push_back(std::move(tuned));
    plot.caption = fmt::format(
        "Each point is one rank, the same in every layer; parameters count weights and biases. The dense "
        "network has {}; "
        "points to the right of that are larger than what they replace.",
        short_count(static_cast<double>(sweep.dense.parameters)));
    return plot;
}

struct TimeUnit {
    const char* name;
    double factor;
};

TimeUnit time_unit(double largest_seconds) {
    if (largest_seconds < 1e-3) return {"µs", 1e6};
    if (largest_seconds < 1) return {"ms", 1e3};
    return {"s", 1};
}

Plot time_plot(const RunData& run, std::int64_t batch) {
    const Sweep& sweep = *run.sweep;
    double largest = 0;
    std::vector<double> dense;
    for (const SweepPoint& point : sweep.points) {
        const Latency* latency = latency_at(point, batch);
        if (latency == nullptr) continue;
        largest = std::max({largest, latency->factored.median, latency->dense.median});
        dense.push_back(latency->dense.median);
    }
    const TimeUnit unit = time_unit(largest);
    const std::string images = batch == 1 ? "one image" : whole(batch) + " images";
    Plot plot{fmt::format("time-batch-{}", batch),
              batch == 1 ? "Single images" : "Batches of " + whole(batch),
              "",
              {"rank", "", NumberStyle::kWhole, false, 0},
              {fmt::format("time for {} ({})", images, unit.name), unit.name, NumberStyle::kPlain, false, 0},
              {},
              {},
              {}};
    Series factored{"factored", SeriesStyle::kLineWithPoints, kFirstColor, {}};
    for (const SweepPoint& point : sweep.points) {
        const Latency* latency = latency_at(point, batch);
        if (latency == nullptr) continue;
        factored.points.push_back({static_cast<double>(point.rank), unit.factor * latency->factored.median,
                                   unit.factor * latency->factored.low, unit.factor * latency->factored.high,
                                   times(latency->speedup()) + " as fast as dense"});
    }
    plot.series.push_back(std::move(factored));
    std::nth_element(dense.begin(), dense.begin() + static_cast<std::ptrdiff_t>(dense.size() / 2),
                     dense.end());
    const double median = dense[dense.size() / 2];
    plot.references.push_back({true, unit.factor * median, "dense " + seconds(median)});
    const auto equal = run.spectra ? break_even_rank(run.spectra->layers) : std::nullopt;
    if (equal) plot.references.push_back({false, *equal, fmt::format("break-even rank {:.0f}", *equal)});
    const Crossing found = crossing(sweep, batch);
    plot.caption = found.rank             ? fmt::format("Equal to dense at about rank {:.0f}.", *found.rank)
                   : found.faster.empty() ? "Slower than dense at every rank measured."
                   : found.slower.empty() ? "Faster than dense at every rank measured."
                                          : fmt::format("Faster than dense at {}, slower at {}.",
                                                        rank_list(found.faster), rank_list(found.slower));
    return plot;
}

Plot fine_tuning_plot(const RunData& run) {
    const FineTuning& longest = *std::max_element(
        run.fine_tunings.begin(), run.fine_tunings.end(),
        [](const FineTuning& a, const FineTuning& b) { return a.epochs.size() < b.epochs.size(); });
    Plot plot{
        "fine-tuning",
        "Before and after fine-tuning",
        "Epoch 0 is the truncated network as compression left it; each epoch then trains its factors on the "
        "training images.",
        epoch_axis(longest.epochs, 0),
        accuracy_axis(),
        {},
        {},
        {}};
    plot.x.label = "epoch of fine-tuning";
    int color = 0;
    for (const FineTuning& tuning : run.fine_tunings) {
        Series series{fmt::format("rank {}", tuning.rank), SeriesStyle::kLineWithPoints, color++, {}};
        series.points.push_back({0, 100 * tuning.compressed_accuracy});
        for (const Epoch& epoch : tuning.epochs) {
            series.points.push_back({static_cast<double>(epoch.number), 100 * epoch.test_accuracy});
        }
        plot.series.push_back(std::move(series));
    }
    if (const auto dense = run.dense_accuracy()) {
        plot.references.push_back({true, 100 * *dense, "dense " + percent(*dense)});
    }
    return plot;
}

}  // namespace

bool is_plot_id(std::string_view id) {
    constexpr std::string_view kTimes = "time-batch-";
    if (id.starts_with(kTimes)) {
        id.remove_prefix(kTimes.size());
        return !id.empty() && std::all_of(id.begin(), id.end(), [](char c) { return c >= '0' && c <= '9'; });
    }
    constexpr std::array<std::string_view, 5> kOthers{"training-loss", "training-accuracy", "spectra",
                                                      "accuracy-parameters", "fine-tuning"};
    return std::find(kOthers.begin(), kOthers.end(), id) != kOthers.end();
}

std::vector<const Plot*> Plots::all() const {
    std::vector<const Plot*> result;
    for (const std::optional<Plot>* plot : {&loss, &accuracy_by_epoch, &spectra, &accuracy_by_size}) {
        if (*plot) result.push_back(&**plot);
    }
    for (const Plot& plot : times) result.push_back(&plot);
    if (fine_tuning) result.push_back(&*fine_tuning);
    return result;
}

Plots make_plots(const RunData& run) {
    Plots plots;
    if (run.training && !run.training->epochs.empty()) {
        plots.loss = loss_plot(*run.training);
        plots.accuracy_by_epoch = epoch_accuracy_plot(*run.training);
    }
    if (run.spectra && !run.spectra->layers.empty()) plots.spectra = spectra_plot(*run.spectra);
    if (run.sweep && !run.sweep->points.empty()) {
        plots.accuracy_by_size = accuracy_plot(run);
        for (const std::int64_t batch : timed_batches(*run.sweep))
            plots.times.push_back(time_plot(run, batch));
    }
    if (!run.fine_tunings.empty()) plots.fine_tuning = fine_tuning_plot(run);
    return plots;
}

}  // namespace eckart::report
