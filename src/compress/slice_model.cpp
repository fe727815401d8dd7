#include "eckart/compress/slice_model.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "compress/model_plan.hpp"
#include "compress/stored_values.hpp"
#include "compress/written_model.hpp"
#include "eckart/core/error.hpp"
#include "eckart/linalg/product.hpp"

namespace eckart::compress {

namespace {

/// A At and Bt B of stored factors: (R, R), all that errors of cuts depend on.
struct Grams {
    MatrixD a;
    MatrixD b;
};

template <class T>
Grams grams_of(const io::ModelFile& model, std::size_t index) {
    const auto [a, b] = factors_of<T>(model, index);
    const MatrixD wide_a = a.template cast<double>();
    const MatrixD wide_b = b.template cast<double>();
    return {linalg::multiply_nt<double>(wide_a, wide_a), linalg::multiply_tn<double>(wide_b, wide_b)};
}

/// How far rounding to `dtype` may turn rows that were orthogonal.
double orthogonality_of(const std::string& dtype) {
    if (dtype == "BF16") return 0.03;
    return dtype == "F16" ? 4e-3 : 1e-4;
}

bool is_diagonal(const MatrixD& gram, double tolerance) {
    for (Eigen::Index i = 0; i < gram.rows(); ++i) {
        for (Eigen::Index j = 0; j < i; ++j) {
            if (std::abs(gram(i, j)) > tolerance * std::sqrt(gram(i, i) * gram(j, j))) return false;
        }
    }
    return true;
}

/// Whether A = sqrt(s) Vt and B = U sqrt(s) with falling s.
bool are_nested(const Grams& grams, const std::string& dtype) {
    const double tolerance = orthogonality_of(dtype);
    const double largest = grams.a(0, 0);
    for (Eigen::Index i = 0; i < grams.a.rows(); ++i) {
        if (std::abs(grams.a(i, i) - grams.b(i, i)) > tolerance * largest) return false;
        if (i > 0 && grams.a(i, i) > grams.a(i - 1, i - 1) + tolerance * largest) return false;
    }
    return is_diagonal(grams.a, tolerance) && is_diagonal(grams.b, tolerance);
}

/// |B A - B_r A_r|^2 = sum over i, j > r of (A At)_ij (Bt B)_ij.
void measure_cut(const Grams& grams, LayerOutcome& outcome) {
    const Eigen::Index left = grams.a.rows() - outcome.rank;
    const double all = std::max(0.0, grams.a.cwiseProduct(grams.b).sum());
    const double cut = std::max(
        0.0, grams.a.bottomRightCorner(left, left).cwiseProduct(grams.b.bottomRightCorner(left, left)).sum());
    outcome.measured_error = all > 0 ? std::sqrt(cut / all) : 0;
    const VectorD s = grams.a.diagonal();
    const double energy = s.squaredNorm();
    const double left_out = s.tail(left).squaredNorm();
    outcome.retained_energy = all > 0 ? std::clamp(1 - cut / all, 0.0, 1.0) : 1;
    if (outcome.method == "nested") outcome.predicted_error = energy > 0 ? std::sqrt(left_out / energy) : 0;
}

std::uint64_t entry_bytes(const io::StoredLinear& layer) {
    return layer.parameters > 0 ? layer.bytes / static_cast<std::uint64_t>(layer.parameters) : 0;
}

LayerOutcome plan_slice(const io::StoredLinear& layer, std::int64_t rank) {
    LayerOutcome outcome = outcome_of(layer);
    outcome.considered = layer.rank > 0;
    outcome.factored = layer.rank > rank;
    outcome.rank = layer.rank == 0 ? std::min(layer.out, layer.in) : std::min(rank, layer.rank);
    if (layer.rank == 0) outcome.why = "no factors";
    if (layer.rank > 0 && !outcome.factored) outcome.why = fmt::format("has rank {} already", layer.rank);
    outcome.break_even = break_even_rank(layer);
    outcome.parameters_before = layer.parameters;
    outcome.bytes_before = layer.bytes;
    outcome.parameters_after =
        outcome.factored ? outcome.rank * (layer.out + layer.in) : outcome.parameters_before;
    outcome.bytes_after = outcome.factored
                              ? static_cast<std::uint64_t>(outcome.parameters_after) * entry_bytes(layer)
                              : outcome.bytes_before;
    return outcome;
}

template <class T>
LayerPart slice_as(const io::ModelFile& model, std::size_t index, const LayerOutcome& outcome,
                   std::uint64_t seed) {
    const auto [a, b] = factors_of<T>(model, index);
    const Matrix<T> first_a = a.topRows(outcome.rank);
    const Matrix<T> first_b = b.leftCols(outcome.rank);
    LayerPart part{
        outcome,
        {outcome.dtype, outcome.out, outcome.in, outcome.rank,
         encoded(first_a, outcome.dtype, outcome.tensor), encoded(first_b, outcome.dtype, outcome.tensor)},
        {}};
    part.check = first_b.template cast<double>() *
                 (first_a.template cast<double>() * check_inputs(outcome.in, seed, index)).eval();
    return part;
}

}  // namespace

SlicedModel slice_model(const io::ModelFile& model, std::int64_t rank, const std::filesystem::path& target,
                        Overwrite overwrite, const std::map<std::string, std::string>& metadata,
                        ProgressObserver& progress, const StopRequested& stop) {
    if (rank < 1) throw InvalidArgument(fmt::format("slice: rank {}; it must be at least 1", rank));
    SlicedModel result;
    const std::size_t count = model.linears().size();
    for (std::size_t i = 0; i < count; ++i) {
        if (should_stop(stop)) return result;
        progress.on_progress({"measuring", i, count, "layers", model.linears()[i].name});
        LayerOutcome outcome = plan_slice(model.linears()[i], rank);
        if (outcome.factored) {
            const Grams grams =
                needs_double(outcome.dtype) ? grams_of<double>(model, i) : grams_of<float>(model, i);
            outcome.method = are_nested(grams, outcome.dtype) ? "nested" : "cut";
            measure_cut(grams, outcome);
        }
        result.layers.push_back(std::move(outcome));
    }
    constexpr std::uint64_t kSeed = 0;
    const auto part_of = [&](std::size_t index) {
        const LayerOutcome& outcome = result.layers[index];
        return needs_double(outcome.dtype) ? slice_as<double>(model, index, outcome, kSeed)
                                           : slice_as<float>(model, index, outcome, kSeed);
    };
    write_checked(model, result.layers, part_of, kSeed, target, overwrite, metadata, progress);
    result.complete = true;
    return result;
}

}  // namespace eckart::compress
