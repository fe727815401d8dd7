#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <limits>

#include "eckart/core/error.hpp"
#include "linalg/gram_svd.hpp"
#include "linalg/randomized_svd.hpp"
#include "linalg/svd_cost.hpp"

namespace eckart::linalg {

namespace {

constexpr std::array kSvdMethods = {SvdMethod::kFull, SvdMethod::kGram, SvdMethod::kRandomized};

struct SvdSizes {
    double small = 0;  ///< k = min(m, n)
    double large = 0;
    double rank = 0;
    double entry = 0;  ///< bytes
};

SvdSizes sizes_of(std::int64_t m, std::int64_t n, std::int64_t rank, std::size_t entry_bytes) {
    if (m < 0 || n < 0 || rank < 0) {
        throw InvalidArgument(
            fmt::format("an SVD of rank {} of a ({}, {}) matrix: sizes are at least 0", rank, m, n));
    }
    const auto [small, large] = std::minmax(m, n);
    return {static_cast<double>(small), static_cast<double>(large),
            static_cast<double>(std::min(rank, small)), static_cast<double>(entry_bytes)};
}

/// Of thin_svd() of an (m, r) matrix, beside it: the copy that LAPACK destroys, the factors, workspace.
double thin_svd_entries(double length, double r) {
    return 2 * length * r + 5 * r * r;
}

/// Whether LAPACK's 32-bit sizes allow it, and the type.
bool usable(SvdMethod method, const SvdSizes& z) {
    switch (method) {
        case SvdMethod::kFull:
            return z.small <= 20'000;
        case SvdMethod::kGram:
            return z.small <= static_cast<double>(kLargestGramSide) && z.entry == sizeof(float);
        case SvdMethod::kRandomized:
            break;
    }
    return true;
}

/// Nanoseconds of CPU time, fitted to measured ones for k from 500 on, within 30 % of most while all products
/// were OpenBLAS's: decision 0025.
/// Only their ratios matter. Double takes twice as long with every method.
double cost(SvdMethod method, const SvdSizes& z) {
    const double k = z.small;
    const double h = z.large;
    const double r = z.rank;
    switch (method) {
        case SvdMethod::kFull:
            return 0.147 * h * k * k + 0.153 * k * k * k;
        case SvdMethod::kGram:
            return 0.027 * h * k * k + 0.081 * k * k * k + 0.50 * k * k * r + 0.13 * h * r * r;
        case SvdMethod::kRandomized:
            return 52 * h * k + 2.1 * (h + k) * r * r + 6.8 * r * r * r;
    }
    return std::numeric_limits<double>::infinity();
}

}  // namespace

std::size_t svd_extra_bytes(SvdMethod method, std::int64_t m, std::int64_t n, std::int64_t rank,
                            std::size_t entry_bytes) {
    const SvdSizes z = sizes_of(m, n, rank, entry_bytes);
    const double k = z.small;
    const double result = (z.small + z.large) * z.rank;
    double bytes = 0;
    switch (method) {
        case SvdMethod::kFull:
            bytes = z.entry * (k * k + thin_svd_entries(z.large, k) + result);
            break;
        case SvdMethod::kGram: {
            const double eigen = 8 * (k * k + std::max(512 * k, k * z.rank));
            const double after =
                z.entry * (k * z.rank + z.large * z.rank + thin_svd_entries(z.large, z.rank));
            bytes = std::max(eigen, after);
            break;
        }
        case SvdMethod::kRandomized:
            // The space and the copies made while it grows; squares of it in double.
            const auto r = static_cast<Eigen::Index>(z.rank);
            const auto l = static_cast<double>(krylov_space(r, std::min(m, n)));
            const auto b = static_cast<double>(krylov_block(r));
            const double space = z.entry * (l * (2 * k + z.large) + 2 * b * (k + z.large));
            const double square = 8 * (6 * l * l + 512 * l);
            const double after = z.entry * (z.rank * k + thin_svd_entries(z.large, z.rank));
            bytes = space + std::max(square, after);
            break;
    }
    return static_cast<std::size_t>(bytes);
}

std::optional<SvdMethod> cheapest_method(std::int64_t m, std::int64_t n, std::int64_t rank,
                                         std::size_t entry_bytes, std::size_t max_bytes,
                                         const SvdCandidates& candidates) {
    const SvdSizes z = sizes_of(m, n, rank, entry_bytes);
    std::optional<SvdMethod> fastest;
    for (const SvdMethod method : kSvdMethods) {
        if (!usable(method, z) || (method == SvdMethod::kRandomized && !candidates.randomized)) continue;
        if (svd_extra_bytes(method, m, n, rank, entry_bytes) > max_bytes) continue;
        if (!fastest || cost(method, z) < cost(*fastest, z)) fastest = method;
    }
    return fastest;
}

SvdMethod choose_svd_method(std::int64_t m, std::int64_t n, std::int64_t rank, std::size_t entry_bytes,
                            std::size_t max_bytes) {
    const auto fastest = cheapest_method(m, n, rank, entry_bytes, max_bytes, {});
    if (fastest) return *fastest;
    const SvdSizes z = sizes_of(m, n, rank, entry_bytes);
    return *std::ranges::min_element(kSvdMethods, {}, [&](SvdMethod method) {
        return usable(method, z) ? svd_extra_bytes(method, m, n, rank, entry_bytes)
                                 : std::numeric_limits<std::size_t>::max();
    });
}

}  // namespace eckart::linalg
