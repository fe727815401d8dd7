#include "eckart/train/finetune.hpp"

#include <fmt/core.h>

#include <limits>

#include "eckart/core/error.hpp"

namespace eckart::train {

namespace {

double relative_change(const MatrixF& before, const MatrixF& after) {
    const double size = before.cast<double>().norm();
    const double change = (after.cast<double>() - before.cast<double>()).norm();
    if (size > 0) return change / size;
    return change > 0 ? std::numeric_limits<double>::infinity() : 0;
}

}  // namespace

TrainOptions finetune_defaults() {
    TrainOptions options;
    options.epochs = 3;
    options.adam.learning_rate = 4e-4;
    options.schedule = Schedule::kCosine;
    return options;
}

std::vector<TensorChange> relative_changes(const model::Network<float>& before,
                                           const model::Network<float>& after) {
    const auto old_tensors = before.parameters();
    const auto new_tensors = after.parameters();
    if (old_tensors.size() != new_tensors.size()) {
        throw InvalidArgument(fmt::format(
            "relative_changes: {} tensors before, {} after; compare a network with its own fine-tuning",
            old_tensors.size(), new_tensors.size()));
    }
    std::vector<TensorChange> changes;
    for (std::size_t i = 0; i < old_tensors.size(); ++i) {
        const MatrixF& a = old_tensors[i]->value;
        const MatrixF& b = new_tensors[i]->value;
        if (old_tensors[i]->name != new_tensors[i]->name || a.rows() != b.rows() || a.cols() != b.cols()) {
            throw InvalidArgument(fmt::format(
                "relative_changes: '{}' ({}, {}) before but '{}' ({}, {}) after", old_tensors[i]->name,
                a.rows(), a.cols(), new_tensors[i]->name, b.rows(), b.cols()));
        }
        changes.push_back({old_tensors[i]->name, relative_change(a, b)});
    }
    return changes;
}

Json to_json(const std::vector<TensorChange>& changes) {
    Json list = Json::array();
    for (const TensorChange& change : changes) {
        list.push_back({{"tensor", change.tensor}, {"relative_change", change.relative_change}});
    }
    return list;
}

}  // namespace eckart::train
