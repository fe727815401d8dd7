#include "compress/layer_part.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <limits>
#include <type_traits>
#include <utility>

#include "compress/stored_values.hpp"
#include "eckart/compress/decomposition.hpp"
#include "eckart/core/error.hpp"
#include "eckart/core/rng.hpp"
#include "eckart/linalg/product.hpp"
#include "eckart/linalg/truncated_svd.hpp"

namespace eckart::compress {

namespace {

constexpr Eigen::Index kCheckedInputs = 4;
/// Entries of a block of rows in measuring: 4 MB of floats.
constexpr std::int64_t kBlockEntries = 1U << 20U;

/// A decomposition cut to the rank, and how much of the whole it leaves out.
template <class T>
struct CutSvd {
    linalg::Svd<T> svd;
    double left_out = 0;  ///< share of the energy
};

template <class T>
linalg::TruncatedSvd<T> leading_svd(const io::ModelFile& model, std::size_t index,
                                    const ModelOptions& options, linalg::TruncatedSvdOptions how,
                                    const std::string& tensor) {
    try {
        return linalg::truncated_svd<T>(weight_of<T>(model, index), how, tensor);
    } catch (const NumericalError&) {
        // Without a certificate there is no randomized result. What was no more than a habit gives way then.
        if (options.max_memory > 0) throw;
    }
    how.max_bytes = std::numeric_limits<std::size_t>::max();
    return linalg::truncated_svd<T>(weight_of<T>(model, index), how, tensor);
}

template <class T>
CutSvd<T> cut_matrix(const io::ModelFile& model, std::size_t index, const ModelOptions& options,
                     std::uint64_t max_bytes, LayerOutcome& outcome) {
    linalg::TruncatedSvdOptions how;
    how.rank = outcome.rank;
    how.tolerance = options.tolerance;
    how.seed = Rng(options.seed).fork("decomposition").fork(index).next_u64();
    const auto matrix =
        static_cast<std::uint64_t>(outcome.out) * static_cast<std::uint64_t>(outcome.in) * sizeof(T);
    how.max_bytes = max_bytes > matrix ? max_bytes - matrix : 0;
    linalg::TruncatedSvd<T> result = leading_svd<T>(model, index, options, how, outcome.tensor);
    outcome.method = to_text(result.method);
    outcome.excess = result.excess;
    return {std::move(result.svd), result.left_out};
}

template <class T>
CutSvd<T> cut_factors(const io::ModelFile& model, std::size_t index, LayerOutcome& outcome) {
    const auto [a, b] = factors_of<T>(model, index);
    linalg::Svd<T> svd = product_svd(b, a, outcome.name);
    outcome.method = "factors";
    const Vector<double> s = svd.s.template cast<double>();
    const Eigen::Index rank = outcome.rank;
    // Their squares may leave the range of double.
    const double norm = s.stableNorm();
    const double error = norm > 0 ? s.tail(s.size() - rank).stableNorm() / norm : 0;
    return {{Matrix<T>(svd.u.leftCols(rank)), Vector<T>(svd.s.head(rank)), Matrix<T>(svd.vt.topRows(rank))},
            error * error};
}

/// sum of x^2 over a row that came from entries of T; of doubles it may leave their range.
template <class T, class Row>
long double squared_norm(const Row& row) {
    if constexpr (std::is_same_v<T, float>) {
        return row.squaredNorm();
    } else {
        const long double norm = row.stableNorm();
        return norm * norm;
    }
}

/// |W - B A|_F / |W|_F and the check vectors, from the factors as they are stored. `rows_of(first, count)` is
/// that part of W.
template <class T, class RowsOf>
void measure(LayerPart& part, const MatrixD& inputs, const RowsOf& rows_of) {
    const LayerOutcome& outcome = part.outcome;
    const Matrix<T> a = decoded<T>(part.factors.a, part.factors.dtype, outcome.rank, outcome.in);
    const Matrix<T> b = decoded<T>(part.factors.b, part.factors.dtype, outcome.out, outcome.rank);
    part.check.resize(outcome.out, inputs.cols());
    const std::int64_t step = std::max<std::int64_t>(1, kBlockEntries / outcome.in);
    long double distance = 0;
    long double energy = 0;
    for (Eigen::Index i = 0; i < outcome.out; i += step) {
        const Eigen::Index count = std::min<Eigen::Index>(step, outcome.out - i);
        const Matrix<T> rebuilt = linalg::multiply<T>(Matrix<T>(b.middleRows(i, count)), a);
        const auto rows = rows_of(i, count);
        for (Eigen::Index row = 0; row < count; ++row) {
            const auto original = rows.row(row).template cast<double>();
            energy += squared_norm<T>(original);
            distance += squared_norm<T>(original - rebuilt.row(row).template cast<double>());
            part.check.row(i + row) = rebuilt.row(row).template cast<double>() * inputs;
        }
    }
    part.outcome.measured_error = energy > 0 ? static_cast<double>(std::sqrt(distance / energy)) : 0;
}

template <class T>
LayerPart compress_as(const io::ModelFile& model, std::size_t index, const LayerOutcome& planned,
                      const ModelOptions& options, std::uint64_t max_bytes) {
    LayerPart part{planned, {}, {}};
    LayerOutcome& outcome = part.outcome;
    const bool stored_as_factors = model.linears()[index].rank > 0;
    {
        CutSvd<T> cut = stored_as_factors ? cut_factors<T>(model, index, outcome)
                                          : cut_matrix<T>(model, index, options, max_bytes, outcome);
        outcome.predicted_error = std::sqrt(cut.left_out);
        outcome.retained_energy = 1 - cut.left_out;
        const Vector<T> root = cut.svd.s.cwiseSqrt();
        cut.svd.u.array().rowwise() *= root.transpose().array();
        cut.svd.vt.array().colwise() *= root.array();
        part.factors = {outcome.dtype,
                        outcome.out,
                        outcome.in,
                        outcome.rank,
                        encoded(cut.svd.vt, outcome.dtype, outcome.tensor),
                        encoded(cut.svd.u, outcome.dtype, outcome.tensor)};
    }
    const MatrixD inputs = check_inputs(outcome.in, options.seed, index);
    if (stored_as_factors) {
        const auto [a, b] = factors_of<T>(model, index);
        measure<T>(part, inputs, [&, &a = a, &b = b](Eigen::Index first, Eigen::Index count) {
            return linalg::multiply<T>(Matrix<T>(b.middleRows(first, count)), a);
        });
    } else {
        const Matrix<T> weight = weight_of<T>(model, index);
        measure<T>(part, inputs,
                   [&](Eigen::Index first, Eigen::Index count) { return weight.middleRows(first, count); });
    }
    return part;
}

template <class T>
std::string fault_as(const io::ModelFile& model, std::size_t index, const LayerPart& part,
                     const MatrixD& inputs) {
    const LayerOutcome& outcome = part.outcome;
    const auto [a, b] = factors_of<T>(model, index);
    const bool same = a.rows() == outcome.rank && a.cols() == outcome.in && b.rows() == outcome.out &&
                      a == decoded<T>(part.factors.a, part.factors.dtype, outcome.rank, outcome.in) &&
                      b == decoded<T>(part.factors.b, part.factors.dtype, outcome.out, outcome.rank);
    if (!same) return "differ from what was computed";
    const MatrixD wide_a = a.template cast<double>();
    const MatrixD wide_b = b.template cast<double>();
    // Formed first: stableNorm() would multiply anew for every few entries.
    const MatrixD difference = wide_b * (wide_a * inputs) - part.check;
    // The rebuilt matrix was rounded entry by entry after sums of `rank` terms.
    const double rounding = (8 + std::sqrt(static_cast<double>(outcome.rank))) *
                            static_cast<double>(std::numeric_limits<T>::epsilon());
    // And no finer than the smallest numbers, which sums of rounded entries may miss by one each.
    const double smallest = static_cast<double>(std::numeric_limits<T>::denorm_min()) *
                            std::sqrt(static_cast<double>(outcome.out) * static_cast<double>(outcome.in));
    const double allowed = (rounding * wide_b.norm() * wide_a.norm() + smallest) * inputs.norm();
    // Where squares leave the range of double, the bits above are all there is to compare.
    return !std::isfinite(allowed) || difference.stableNorm() <= allowed ? "" : "give other outputs";
}

}  // namespace

MatrixD check_inputs(std::int64_t in, std::uint64_t seed, std::size_t index) {
    Rng rng = Rng(seed).fork("check").fork(index);
    MatrixD inputs(in, kCheckedInputs);
    for (double& entry : flat(inputs)) entry = rng.normal();
    return inputs;
}

LayerPart compress_layer(const io::ModelFile& model, std::size_t index, const LayerOutcome& planned,
                         const ModelOptions& options, std::uint64_t max_bytes) {
    const auto start = std::chrono::steady_clock::now();
    LayerPart part = needs_double(planned.dtype)
                         ? compress_as<double>(model, index, planned, options, max_bytes)
                         : compress_as<float>(model, index, planned, options, max_bytes);
    part.outcome.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return part;
}

std::uint64_t layer_bytes(const LayerOutcome& planned, std::int64_t stored_rank, std::uint64_t max_bytes) {
    const auto entry =
        static_cast<std::uint64_t>(needs_double(planned.dtype) ? sizeof(double) : sizeof(float));
    const auto m = static_cast<std::uint64_t>(planned.out);
    const auto n = static_cast<std::uint64_t>(planned.in);
    const auto r = static_cast<std::uint64_t>(planned.rank);
    constexpr std::uint64_t kBlocks = 4 * kBlockEntries * sizeof(double);
    // Encoded, and decoded again beside the original.
    const std::uint64_t factors = 2 * r * (m + n) * entry;
    if (stored_rank > 0) {
        const auto s = static_cast<std::uint64_t>(stored_rank);
        return 5 * s * (m + n) * entry + factors + kBlocks;
    }
    const std::uint64_t matrix = m * n * entry;
    const std::uint64_t measuring = matrix + factors + kBlocks;
    const auto extra = [&](linalg::SvdMethod method) {
        return static_cast<std::uint64_t>(
            linalg::svd_extra_bytes(method, planned.out, planned.in, planned.rank, entry));
    };
    const std::uint64_t room = max_bytes > matrix ? max_bytes - matrix : 0;
    const linalg::SvdMethod method =
        linalg::choose_svd_method(planned.out, planned.in, planned.rank, entry, room);
    return std::max(measuring, matrix + extra(method));
}

std::string fault_of_written(const io::ModelFile& model, std::size_t index, const LayerPart& part,
                             const MatrixD& inputs) {
    return needs_double(part.outcome.dtype) ? fault_as<double>(model, index, part, inputs)
                                            : fault_as<float>(model, index, part, inputs);
}

}  // namespace eckart::compress
