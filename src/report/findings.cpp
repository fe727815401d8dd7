#include "report/findings.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>
#include <utility>

#include "report/analysis.hpp"
#include "report/format.hpp"

namespace eckart::report {
namespace {

double share(std::int64_t part, std::int64_t all) {
    return all > 0 ? static_cast<double>(part) / static_cast<double>(all) : 0;
}

std::string of_parameters(std::int64_t part, std::int64_t all) {
    return percent(share(part, all), share(part, all) < 0.0995 ? 1 : 0) + " of the parameters";
}

/// The layers that rank `rank` truncates.
std::vector<const LayerSpectrum*> truncated_layers(const Spectra& spectra, std::int64_t rank) {
    std::vector<const LayerSpectrum*> layers;
    for (const LayerSpectrum& layer : spectra.layers) {
        if (rank >= 1 && static_cast<std::size_t>(rank) < layer.singular_values.size())
            layers.push_back(&layer);
    }
    return layers;
}

struct Extremes {
    const LayerSpectrum* lowest;
    const LayerSpectrum* highest;
};

Extremes extremes(const std::vector<const LayerSpectrum*>& layers,
                  const std::function<double(const LayerSpectrum&)>& value) {
    const auto [low, high] = std::minmax_element(
        layers.begin(), layers.end(),
        [&](const LayerSpectrum* a, const LayerSpectrum* b) { return value(*a) < value(*b); });
    return {*low, *high};
}

/// "Between X (layer a) and Y (layer b)", or "X" for one layer.
std::string range(const Extremes& layers, const std::function<std::string(const LayerSpectrum&)>& text) {
    if (layers.lowest == layers.highest)
        return fmt::format("{} ({})", text(*layers.lowest), layers.lowest->name);
    return fmt::format("between {} ({}) and {} ({})", text(*layers.lowest), layers.lowest->name,
                       text(*layers.highest), layers.highest->name);
}

std::string energy_sentence(const std::vector<const LayerSpectrum*>& layers, std::int64_t rank) {
    const auto energy = [&](const LayerSpectrum& layer) { return retained_energy(layer, rank); };
    return fmt::format(
        "At rank {} the truncated layers keep {} of their energy, the sum of the squared singular values.",
        rank, range(extremes(layers, energy), [&](const LayerSpectrum& layer) {
            return percent(energy(layer), 0);
        }));
}

std::string gap_sentence(const std::vector<const LayerSpectrum*>& layers, std::int64_t rank) {
    const auto index = static_cast<std::size_t>(rank);
    const auto ratio = [&](const LayerSpectrum& layer) {
        const double kept = layer.singular_values[index - 1];
        return kept > 0 ? layer.singular_values[index] / kept : 1.0;
    };
    const LayerSpectrum& sharpest = *extremes(layers, ratio).lowest;
    if (ratio(sharpest) >= 0.8) {
        return fmt::format(
            "The cut falls into no gap: in every layer, singular value {} is at least {} of number {}. "
            "Accuracy fades "
            "as the spectrum does, step by step.",
            rank + 1, percent(ratio(sharpest), 0), rank);
    }
    return fmt::format("In {} the cut falls into a gap: singular value {} is {} of number {}.", sharpest.name,
                       rank + 1, percent(ratio(sharpest), 0), rank);
}

std::string initial_sentence(const std::vector<const LayerSpectrum*>& layers) {
    const auto count = [](const LayerSpectrum& layer) {
        return static_cast<double>(values_above_initial(layer));
    };
    const LayerSpectrum& first = *layers.front();
    return fmt::format(
        "Random weights, as training starts from, have no singular value above {} in a layer of the shape of "
        "{}. "
        "Counted against that mark of its own shape, the trained network has {} above it; by size alone, the "
        "others "
        "cannot be told from noise.",
        significant(initial_largest_singular_value(first.out, first.in), 3), first.name,
        range(extremes(layers, count),
              [](const LayerSpectrum& layer) { return whole(values_above_initial(layer)); }));
}

std::string guessing_clause(const RunData& run) {
    if (!run.data || run.data->classes.empty()) return "";
    const std::size_t classes = run.data->classes.size();
    return fmt::format(", where guessing among {} classes gives {}", classes,
                       percent(1 / static_cast<double>(classes), 0));
}

void add_fall(const RunData& run, std::vector<std::string>& sentences) {
    const Sweep& sweep = *run.sweep;
    const SweepPoint* lowest = lowest_rank_within_tolerance(sweep);
    if (lowest == nullptr) {
        const SweepPoint& closest = *std::max_element(
            sweep.points.begin(), sweep.points.end(),
            [](const SweepPoint& a, const SweepPoint& b) { return a.test_accuracy < b.test_accuracy; });
        sentences.push_back(fmt::format(
            "Without fine-tuning, no rank measured keeps accuracy within {} of the dense network's {} up to "
            "the "
            "largest rank; the highest, {}, is at rank {}.",
            points(kTolerance), percent(sweep.dense_accuracy), percent(closest.test_accuracy), closest.rank));
        return;
    }
    sentences.push_back(fmt::format(
        "From rank {} upward every network measured stays within {} of the dense network's {}; rank {} "
        "itself "
        "classifies {} correctly with {}.",
        lowest->rank, points(kTolerance), percent(sweep.dense_accuracy), lowest->rank,
        percent(lowest->test_accuracy), of_parameters(lowest->size.parameters, sweep.dense.parameters)));
    if (lowest == sweep.points.data()) return;
    const SweepPoint& below = *(lowest - 1);
    std::string sentence = fmt::format("Below that accuracy falls: rank {} loses {}", below.rank,
                                       points(sweep.dense_accuracy - below.test_accuracy));
    const SweepPoint& smallest = sweep.points.front();
    if (&smallest != &below) {
        sentence += fmt::format(", and rank {} is left with {}{}", smallest.rank,
                                percent(smallest.test_accuracy), guessing_clause(run));
    }
    sentences.push_back(sentence + ".");
}

std::string tuning_sentence(const FineTuning& tuning, std::optional<double> dense) {
    const double before = tuning.compressed_accuracy;
    const double after = final_accuracy(tuning);
    std::string sentence =
        fmt::format("Rank {}: {} after compression, {} after {}", tuning.rank, percent(before),
                    percent(after), plural(static_cast<std::int64_t>(tuning.epochs.size()), "epoch"));
    if (!dense) return sentence + ".";
    if (*dense - before > 0.001 && after > before) {
        if (after < *dense) {
            sentence += fmt::format(". {} of the accuracy lost is back",
                                    percent((after - before) / (*dense - before), 0));
        } else {
            sentence += ". All that was lost is back";
        }
    }
    const bool equal = std::abs(after - *dense) < 0.0005;
    return sentence + (equal ? std::string("; it equals the dense network.")
                             : fmt::format("; it ends {} {} the dense network.", points(after - *dense),
                                           after > *dense ? "above" : "below"));
}

std::string moved_sentence(const FineTuning& tuning) {
    std::vector<std::pair<std::string, double>> moved = tuning.moved;
    std::sort(moved.begin(), moved.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    return fmt::format(
        "At rank {} the factors did move: relative to their norm, tensors changed by {} ({}) to {} ({}).",
        tuning.rank, percent(moved.front().second), moved.front().first, percent(moved.back().second),
        moved.back().first);
}

}  // namespace

Finding accuracy_finding(const RunData& run) {
    Finding finding{"Where does accuracy start to fall, and what does the spectrum say about it?", {}};
    if (!run.sweep || run.sweep->points.empty()) return finding;
    add_fall(run, finding.sentences);
    const SweepPoint* lowest = lowest_rank_within_tolerance(*run.sweep);
    if (lowest == nullptr || !run.spectra) return finding;
    const auto layers = truncated_layers(*run.spectra, lowest->rank);
    if (layers.empty()) return finding;
    finding.sentences.push_back(energy_sentence(layers, lowest->rank));
    finding.sentences.push_back(gap_sentence(layers, lowest->rank));
    finding.sentences.push_back(initial_sentence(layers));
    return finding;
}

Finding fine_tuning_finding(const RunData& run) {
    Finding finding{"What does fine-tuning give back?", {}};
    for (const FineTuning& tuning : run.fine_tunings) {
        if (tuning.epochs.empty()) continue;
        finding.sentences.push_back(
            tuning_sentence(tuning, tuning.dense_accuracy ? tuning.dense_accuracy : run.dense_accuracy()));
    }
    for (const FineTuning& tuning : run.fine_tunings) {
        if (tuning.moved.empty()) continue;
        finding.sentences.push_back(moved_sentence(tuning));
        break;
    }
    return finding;
}

std::string summary(const RunData& run) {
    if (!run.sweep) return "";
    const Sweep& sweep = *run.sweep;
    const SweepPoint* best = best_trade_off(sweep);
    const FineTuning* tuned = best_fine_tuning(run);
    std::string text;
    if (best != nullptr) {
        text = fmt::format("Truncated to rank {}, the network keeps {} of its {} accuracy with {}",
                           best->rank, percent(best->test_accuracy), percent(sweep.dense_accuracy),
                           of_parameters(best->size.parameters, sweep.dense.parameters));
    }
    if (tuned != nullptr && !tuned->epochs.empty()) {
        text += text.empty() ? "Fine-tuned" : "; fine-tuned,";
        text += fmt::format(" at rank {} it reaches {} with {}", tuned->rank, percent(final_accuracy(*tuned)),
                            of_parameters(tuned->parameters, sweep.dense.parameters));
    }
    return text.empty() ? text : text + ".";
}

}  // namespace eckart::report
