#include "eckart/core/rng.hpp"

#include <cmath>
#include <numbers>

#include "eckart/core/error.hpp"

namespace eckart {
namespace {

// The finalizer of SplitMix64 (Steele, Lea, Flood 2014): spreads every input bit over the whole word.
std::uint64_t mix(std::uint64_t x) {
    x += 0x9e3779b97f4a7c15ULL;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
}

// FNV-1a, 64 bits.
std::uint64_t hash(std::string_view text) {
    std::uint64_t h = 0xcbf29ce484222325ULL;
    for (const char c : text) {
        h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    }
    return h;
}

}  // namespace

Rng::Rng(std::uint64_t seed) : key_(seed), engine_(mix(seed)) {}

Rng Rng::fork(std::string_view name) const {
    return Rng(mix(key_ ^ mix(hash(name))));
}

Rng Rng::fork(std::uint64_t index) const {
    return Rng(mix(mix(key_) + index));
}

double Rng::uniform() {
    return static_cast<double>(next_u64() >> 11) * 0x1.0p-53;
}

double Rng::normal() {
    const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
    return radius * std::cos(2.0 * std::numbers::pi * uniform());
}

std::uint64_t Rng::index(std::uint64_t count) {
    if (count == 0) throw InvalidArgument("Rng::index needs a count of at least 1, got 0");
    // Numbers below 2^64 mod count would make the first remainders more likely: draw again.
    const std::uint64_t reject_below = (0 - count) % count;
    std::uint64_t x = next_u64();
    while (x < reject_below) x = next_u64();
    return x % count;
}

}  // namespace eckart
