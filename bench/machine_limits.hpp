#pragma once

#include <cstddef>
#include <vector>

namespace eckart::bench {

/// Multiplies two square float matrices with OpenBLAS and with oneDNN: the faster one's rate for large
/// products is taken as the machine's peak.
class GemmPeak {
  public:
    explicit GemmPeak(int size = 2048);
    /// FLOP/s of the faster product.
    double measure();

  private:
    int size_;
    std::vector<float> a_, b_, c_;
};

/// Streams a <- b + s c over arrays far larger than any cache (McCalpin's triad).
class MemoryBandwidth {
  public:
    explicit MemoryBandwidth(std::size_t floats = 64'000'000);
    /// Bytes per second of one pass, counting two reads and one write per entry.
    double measure();

  private:
    std::vector<float> a_, b_, c_;
};

}  // namespace eckart::bench
