#include "eckart/probe/active_subspace_json.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace eckart::probe {
namespace {

Json number_or_null(double value) {
    return std::isfinite(value) ? Json(value) : Json(nullptr);
}

template <class Numbers>
Json list(const Numbers& numbers) {
    Json json = Json::array();
    for (Eigen::Index i = 0; i < numbers.size(); ++i) json.push_back(number_or_null(numbers(i)));
    return json;
}

/// "2 of 30 directions".
std::string directions(Eigen::Index count, Eigen::Index all) {
    return fmt::format("{} of {} directions", count, all);
}

/// Which of the directions that count stand out; empty where none do.
std::string dominance(const ActiveSubspace& found) {
    if (found.leading == 0 || found.leading >= found.dimension) return "";
    return found.leading == 1 ? " The first of them dominates the others."
                              : fmt::format(" The first {} of them dominate the others.", found.leading);
}

}  // namespace

std::string to_string(DimensionOutcome outcome) {
    switch (outcome) {
        case DimensionOutcome::kDetermined:
            return "determined";
        case DimensionOutcome::kUndecided:
            return "undecided";
        case DimensionOutcome::kFullDimensional:
            return "full-dimensional";
        case DimensionOutcome::kConstant:
            return "constant";
    }
    return "undecided";
}

std::string sentence(const ActiveSubspace& found) {
    const Eigen::Index n = found.basis.rows();
    switch (found.outcome) {
        case DimensionOutcome::kDetermined:
            if (found.exact) {
                return fmt::format("f varies in {}; outside them nothing is above the noise floor.{}",
                                   directions(found.dimension, n), dominance(found));
            }
            return fmt::format(
                "f varies mainly in {}; {:.2g} % of its mean squared gradient is outside them.",
                directions(found.dimension, n), 100 * found.outside);
        case DimensionOutcome::kUndecided:
            return fmt::format("Undecided after {} calls; the best guess is {}.",
                               found.calls.values + found.calls.gradients, directions(found.dimension, n));
        case DimensionOutcome::kFullDimensional:
            return n == 1
                       ? "f varies in its only direction."
                       : fmt::format("f varies in all {} directions, and no gap sets some of them apart.", n);
        case DimensionOutcome::kConstant:
            return fmt::format(
                "f is constant, or varies by less than shows above its noise, in all {} directions.", n);
    }
    return "";
}

std::string reason_sentence(const ActiveSubspace& found) {
    const bool open = found.outcome == DimensionOutcome::kUndecided;
    const bool gap = found.outcome == DimensionOutcome::kDetermined && !found.exact;
    return open || gap ? fmt::format("Reason: {}.", found.reason) : "";
}

std::string interval_sentence(const ActiveSubspace& found) {
    const Eigen::Index n = found.basis.rows();
    const std::int64_t enough = std::max<std::int64_t>(3 * std::int64_t{n}, 30);
    if (found.dimension == 0 || found.samples >= enough) return "";
    return fmt::format(
        "From {} gradients the sizes are rough, and a true eigenvalue may well be outside its interval.",
        found.samples);
}

Json to_json(const ActiveSubspace& found) {
    Json basis = Json::array();
    for (Eigen::Index i = 0; i < found.basis.cols(); ++i) basis.push_back(list(found.basis.col(i)));
    return {{"outcome", to_string(found.outcome)},
            {"dimension", found.dimension},
            {"exact", found.exact},
            {"leading", found.leading},
            {"reason", found.reason},
            {"calls", {{"values", found.calls.values}, {"gradients", found.calls.gradients}}},
            {"samples", found.samples},
            {"eigenvalues", list(found.eigenvalues)},
            {"lower", list(found.lower)},
            {"upper", list(found.upper)},
            {"noise_floor", number_or_null(found.noise_floor)},
            {"noise", number_or_null(found.noise)},
            {"step", number_or_null(found.step)},
            {"outside", number_or_null(found.outside)},
            {"subspace_error", number_or_null(found.subspace_error)},
            {"basis", std::move(basis)}};
}

Json to_json(const ActiveSubspaceOptions& options) {
    return {{"box", {{"lower", list(options.box.lower)}, {"upper", list(options.box.upper)}}},
            {"options",
             {{"max_calls", options.max_calls},
              {"noise", number_or_null(options.noise)},
              {"gap", number_or_null(options.gap)},
              {"unseen", options.unseen},
              {"confidence", options.confidence},
              {"bootstrap", options.bootstrap},
              {"min_samples", options.min_samples}}}};
}

}  // namespace eckart::probe
