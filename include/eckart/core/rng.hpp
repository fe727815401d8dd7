#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string_view>
#include <utility>
#include <vector>

#pragma GCC visibility push(default)

namespace eckart {

/// A random stream as a value: copying it copies the state; nothing is shared.
///
/// Streams for separate purposes come from named forks, `Rng(seed).fork("shuffle").fork(epoch)`: a fork
/// depends on the seed and the names only, never on how many numbers were drawn before. The engine is
/// std::mt19937_64, whose sequence the C++ standard fixes; distributions are our own, since the standard
/// leaves theirs open. So the same seed gives the same numbers with every compiler.
class Rng {
  public:
    explicit Rng(std::uint64_t seed);

    [[nodiscard]] Rng fork(std::string_view name) const;
    [[nodiscard]] Rng fork(std::uint64_t index) const;

    std::uint64_t next_u64() { return engine_(); }
    /// Uniform in [0, 1), 53 random bits.
    double uniform();
    /// Uniform in [low, high).
    double uniform(double low, double high) { return low + (high - low) * uniform(); }
    /// Standard normal (Box and Muller 1958).
    double normal();
    /// Uniform in 0 .. count-1, without modulo bias. Throws InvalidArgument when count is 0.
    std::uint64_t index(std::uint64_t count);

    /// Fisher-Yates shuffle.
    template <class T>
    void shuffle(std::vector<T>& values) {
        for (std::size_t i = values.size(); i > 1; --i) {
            std::swap(values[i - 1], values[static_cast<std::size_t>(index(i))]);
        }
    }

  private:
    std::uint64_t key_;
    std::mt19937_64 engine_;
};

}  // namespace eckart

#pragma GCC visibility pop
