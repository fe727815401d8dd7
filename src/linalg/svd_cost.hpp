#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "eckart/linalg/truncated_svd.hpp"

namespace eckart::linalg {

struct SvdCandidates {
    bool randomized = true;
};

/// As choose_svd_method() among `candidates`; empty where none fits `max_bytes`.
std::optional<SvdMethod> cheapest_method(std::int64_t m, std::int64_t n, std::int64_t rank,
                                         std::size_t entry_bytes, std::size_t max_bytes,
                                         const SvdCandidates& candidates);

}  // namespace eckart::linalg
