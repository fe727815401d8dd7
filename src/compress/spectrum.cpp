#include "eckart/compress/spectrum.hpp"

#include <fmt/core.h>

#include <cmath>

#include "eckart/core/error.hpp"

namespace eckart::compress {

namespace {

/// Energies relative to the largest, so that no square leaves the range of double.
Eigen::ArrayXd energies(const VectorF& s) {
    const Eigen::ArrayXd wide = s.cast<double>().array();
    return s.size() == 0 || wide[0] == 0 ? wide : (wide / wide[0]).square();
}

}  // namespace

Truncation truncation(const VectorF& s, std::int64_t rank) {
    if (rank < 0 || rank > s.size()) {
        throw InvalidArgument(fmt::format("truncation: rank {} of {} singular values; it must be in 0 .. {}",
                                          rank, s.size(), s.size()));
    }
    const Eigen::ArrayXd energy = energies(s);
    const double all = energy.sum();
    if (all == 0) return {};
    // The tail is summed alone: 1 - kept / all would lose it to rounding.
    const double cut = energy.tail(s.size() - rank).sum();
    return {(all - cut) / all, std::sqrt(cut / all)};
}

std::int64_t rank_for_energy(const VectorF& s, double share) {
    if (!(share > 0 && share <= 1) || s.size() == 0) {
        throw InvalidArgument(fmt::format(
            "rank_for_energy: share {} of {} singular values; the share must be above 0 and at most 1", share,
            s.size()));
    }
    const Eigen::ArrayXd energy = energies(s);
    const double may_cut = (1 - share) * energy.sum();
    double cut = 0;
    Eigen::Index rank = s.size();
    while (rank > 1 && cut + energy[rank - 1] <= may_cut) cut += energy[--rank];
    return rank;
}

double stable_rank(const VectorF& s) {
    return energies(s).sum();
}

}  // namespace eckart::compress
