#include "eckart/linalg/truncated_svd.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <type_traits>
#include <utility>

#include "core/shown.hpp"
#include "eckart/core/error.hpp"
#include "linalg/gram_svd.hpp"
#include "linalg/power_of_two.hpp"
#include "linalg/randomized_svd.hpp"
#include "linalg/svd_cost.hpp"

namespace eckart::linalg {

namespace {

template <class T>
void set_left_out(double squared_error, TruncatedSvd<T>& result) {
    result.left_out = result.energy > 0 ? std::min(1.0, squared_error / result.energy) : 0;
}

template <class T>
void take_leading(Svd<T> svd, Eigen::Index rank, TruncatedSvd<T>& result) {
    set_left_out(svd.s.tail(svd.s.size() - rank).template cast<double>().squaredNorm(), result);
    if (svd.s.size() == rank) {
        result.svd = std::move(svd);
    } else {
        result.svd = {svd.u.leftCols(rank), svd.s.head(rank), svd.vt.topRows(rank)};
    }
}

/// By the randomized method, or by another where that gets no certificate: result.method says which.
template <class T>
void try_randomized(const Matrix<T>& a, Eigen::Index rank, const TruncatedSvdOptions& options,
                    std::string_view name, TruncatedSvd<T>& result) {
    const std::optional<SvdMethod> other =
        cheapest_method(a.rows(), a.cols(), rank, sizeof(T), options.max_bytes, {.randomized = false});
    const int steps = other ? kRandomizedSteps : kRandomizedStepsAtMost;
    RandomizedSvd<T> found =
        randomized_svd(a, {rank, options.tolerance, options.seed, result.energy, steps}, name);
    result.passes = found.passes;
    if (found.certified) {
        result.svd = std::move(found.svd);
        result.excess = found.excess;
        set_left_out(found.squared_error, result);
        return;
    }
    if (!other) {
        throw NumericalError(
            fmt::format("{} ({}, {}): no certificate for rank {} after {} products, and no other method fits "
                        "in {} bytes; allow more memory or a tolerance above {}",
                        name, a.rows(), a.cols(), rank, found.passes, options.max_bytes, options.tolerance));
    }
    result.method = *other;
}

template <class T>
void compute(const Matrix<T>& a, Eigen::Index rank, const TruncatedSvdOptions& options, std::string_view name,
             TruncatedSvd<T>& result) {
    if (result.method == SvdMethod::kRandomized) {
        try_randomized(a, rank, options, name, result);
        if (result.method == SvdMethod::kRandomized) return;
    }
    if constexpr (std::is_same_v<T, float>) {
        if (result.method == SvdMethod::kGram) {
            GramSvd found = gram_svd(a, rank, name);
            result.svd = std::move(found.svd);
            // At full rank nothing is left out, whatever rounding says.
            if (rank < std::min(a.rows(), a.cols())) set_left_out(found.left_out, result);
            return;
        }
    }
    result.method = SvdMethod::kFull;
    take_leading(thin_svd(a, name), rank, result);
}

template <class T>
void unscale(TruncatedSvd<T>& result, int exponent, std::string_view name) {
    result.svd.s = result.svd.s.unaryExpr([=](T s) { return std::ldexp(s, exponent); });
    result.energy = std::ldexp(result.energy, 2 * exponent);
    if (!result.svd.s.allFinite()) {
        throw NumericalError(
            fmt::format("{}: its singular values leave the range of {}; scale the matrix down", name,
                        sizeof(T) == sizeof(float) ? "float32" : "float64"));
    }
}

}  // namespace

std::string_view to_text(SvdMethod method) {
    switch (method) {
        case SvdMethod::kFull:
            return "full";
        case SvdMethod::kGram:
            return "gram";
        case SvdMethod::kRandomized:
            return "randomized";
    }
    return "unknown";
}

void TruncatedSvdOptions::validate() const {
    if (rank < 0) throw InvalidArgument(fmt::format("truncated_svd: rank {} is negative", rank));
    if (!(tolerance > 0 && tolerance <= 1)) {
        throw InvalidArgument(
            fmt::format("truncated_svd: tolerance {} is not in (0, 1]; 0.01 allows an error 1 % above the "
                        "optimum",
                        tolerance));
    }
}

template <class T>
TruncatedSvd<T> truncated_svd(Matrix<T> a, const TruncatedSvdOptions& options, std::string_view name) {
    options.validate();
    require_finite(a, name);
    const Eigen::Index rank = std::min({static_cast<Eigen::Index>(options.rank), a.rows(), a.cols()});
    TruncatedSvd<T> result;
    const int exponent = exponent_of(a);
    scale_by_power_of_two(a, -exponent);
    result.energy = a.template cast<double>().squaredNorm();
    if (rank > 0) {
        result.method = options.method.value_or(
            choose_svd_method(a.rows(), a.cols(), rank, sizeof(T), options.max_bytes));
        compute(a, rank, options, name, result);
    } else {
        result.svd = {Matrix<T>(a.rows(), 0), Vector<T>(0), Matrix<T>(0, a.cols())};
        set_left_out(result.energy, result);
    }
    unscale(result, exponent, name);
    return result;
}

template ECKART_SHOWN TruncatedSvd<float> truncated_svd<float>(Matrix<float>, const TruncatedSvdOptions&,
                                                               std::string_view);
template ECKART_SHOWN TruncatedSvd<double> truncated_svd<double>(Matrix<double>, const TruncatedSvdOptions&,
                                                                 std::string_view);

}  // namespace eckart::linalg
