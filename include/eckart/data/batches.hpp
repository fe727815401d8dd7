#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#pragma GCC visibility push(default)

namespace eckart::data {

/// The order in which an epoch visits `count` samples: a permutation of 0 .. count-1 that depends on `seed`
/// and `epoch` only (Fisher-Yates on the stream Rng(seed).fork("shuffle").fork(epoch)).
std::vector<std::uint32_t> epoch_order(std::size_t count, std::uint64_t seed, std::uint64_t epoch);

}  // namespace eckart::data

#pragma GCC visibility pop
