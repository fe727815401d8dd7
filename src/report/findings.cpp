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

constexpr double kHardlyMoved = 0.001;
constexpr double kNoGap = 0.8;  // of the next singular value to the last one kept

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
        const std::vector<double>& values = layer.singular_values;
        if (rank < 1 || static_cast<std::size_t>(rank) >= values.size()) continue;
        // A matrix of zeros has no energy to keep or lose.
        if (values.front() > 0) layers.push_back(&layer);
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

/// "between X (layer a) and Y (layer b)", or "X in each of them" where no difference shows.
std::string range(const Extremes& layers, const std::function<std::string(const LayerSpectrum&)>& text) {
    const std::string low = text(*layers.lowest);
    const std::string high = text(*layers.highest);
    if (layers.lowest == layers.highest) return fmt::format("{} ({})", low, layers.lowest->name);
    if (low == high) return low + " in each of them";
    return fmt::format("between {} ({}) and {} ({})", low, layers.lowest->name, high, layers.highest->name);
}

std::string energy_sentence(const std::vector<const LayerSpectrum*>& layers, std::int64_t rank) {
    const auto energy = [&](const LayerSpectrum& layer) { return retained_energy(layer, rank); };
    const auto text = [&](const LayerSpectrum& layer) { return percent(energy(layer), 0); };
    return fmt::format(
        "Of the energy of the layers it truncates (the sum of the squared singular values) rank {} keeps "
        "{}.",
        rank, range(extremes(layers, energy), text));
}

std::string gap_sentence(std::vector<const LayerSpectrum*> layers, std::int64_t rank) {
    const auto index = static_cast<std::size_t>(rank);
    std::erase_if(layers, [&](const LayerSpectrum* layer) { return layer->singular_values[index - 1] <= 0; });
    if (layers.empty()) {
        return fmt::format("Nothing is lost: from singular value {} on, all of these layers have only zeros.",
                           rank);
    }
    const auto ratio = [&](const LayerSpectrum& layer) {
        return layer.singular_values[index] / layer.singular_values[index - 1];
    };
    const LayerSpectrum& sharpest = *extremes(layers, ratio).lowest;
    const std::string share_kept = percent(std::floor(100 * ratio(sharpest)) / 100, 0);
    if (ratio(sharpest) >= kNoGap) {
        return fmt::format(
            "There is no gap to cut at: in every layer, singular value {} has at least {} of the size of "
            "number {}, so accuracy fades step by step.",
            rank + 1, share_kept, rank);
    }
    return fmt::format(
        "The cut falls into a gap in {}: singular value {} has only {} of the size of number {}.",
        sharpest.name, rank + 1, share_kept, rank);
}

std::string initial_sentence(const std::vector<const LayerSpectrum*>& layers, const SweepPoint& lowest,
                             const SweepPoint* below) {
    const auto count = [](const LayerSpectrum& layer) {
        return static_cast<double>(values_above_initial(layer));
    };
    const auto text = [](const LayerSpectrum& layer) { return whole(values_above_initial(layer)); };
    const Extremes most = extremes(layers, count);
    const LayerSpectrum& first = *layers.front();
    const std::int64_t made = values_above_initial(*most.highest);
    std::string sentence = fmt::format(
        "Training starts from random weights, whose largest singular value is about {} in the shape of {}. ",
        significant(initial_largest_singular_value(first.out, first.in), 3), first.name);
    if (made == 0) {
        return sentence +
               "No layer has a singular value above the mark of its shape now: by size alone, none can be "
               "told from noise.";
    }
    sentence += fmt::format(
        "The layers now have {} singular values above the mark of their shape, the work of training; by size "
        "alone, the others cannot be told from noise.",
        range(most, text));
    if (below != nullptr && lowest.rank >= made && below->rank < made) {
        sentence +=
            fmt::format(" Rank {} keeps all of them, rank {} no longer does.", lowest.rank, below->rank);
    }
    return sentence;
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
            "Without fine-tuning, not even the largest rank measured stays within one point of the dense "
            "network's {}; the highest accuracy, {}, is at rank {}.",
            percent(sweep.dense_accuracy), percent(closest.test_accuracy), closest.rank));
        return;
    }
    sentences.push_back(
        fmt::format("From rank {} upward every network measured stays within one point of the dense "
                    "network's {}; rank {} itself "
                    "classifies {} correctly with {}.",
                    lowest->rank, percent(sweep.dense_accuracy), lowest->rank, percent(lowest->test_accuracy),
                    of_parameters(lowest->size.parameters, sweep.dense.parameters)));
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
    std::vector<std::pair<std::string, double>> moved;
    std::string from_zero;
    for (const auto& [tensor, change] : tuning.moved) {
        if (std::isfinite(change)) {
            moved.emplace_back(tensor, change);
        } else {
            from_zero += (from_zero.empty() ? "" : ", ") + tensor;
        }
    }
    const std::string rest = from_zero.empty() ? "" : " From zero: " + from_zero + ".";
    if (moved.empty()) return fmt::format("At rank {} every tensor started from zero.", tuning.rank);
    std::sort(moved.begin(), moved.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    const auto& [least, lowest] = moved.front();
    const auto& [most, highest] = moved.back();
    if (highest < kHardlyMoved) {
        return fmt::format(
            "At rank {} the factors hardly moved: no tensor changed by as much as {} of its norm.{}",
            tuning.rank, percent(kHardlyMoved), rest);
    }
    const std::string range =
        percent(lowest) == percent(highest)
            ? percent(highest)
            : fmt::format("{} ({}) to {} ({})", percent(lowest), least, percent(highest), most);
    return fmt::format("At rank {} the factors did move: relative to their norm, tensors changed by {}.{}",
                       tuning.rank, range, rest);
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
    const SweepPoint* below = lowest == run.sweep->points.data() ? nullptr : lowest - 1;
    finding.sentences.push_back(initial_sentence(layers, *lowest, below));
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
        const std::string accuracy = percent(best->test_accuracy);
        const std::string dense = percent(sweep.dense_accuracy);
        text = fmt::format("Truncated to rank {}, the network {} with {}", best->rank,
                           best->test_accuracy > sweep.dense_accuracy
                               ? fmt::format("has an accuracy of {} (the dense network: {})", accuracy, dense)
                               : fmt::format("keeps {} of its {} accuracy", accuracy, dense),
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
