#include "machine_limits.hpp"

#include <cblas.h>
#include <oneapi/dnnl/dnnl.h>

#include <algorithm>

#include "timing.hpp"

namespace eckart::bench {

GemmPeak::GemmPeak(int size)
    : size_(size),
      a_(static_cast<std::size_t>(size) * static_cast<std::size_t>(size), 0.5F),
      b_(a_.size(), 0.25F),
      c_(a_.size()) {}

double GemmPeak::measure() {
    const double start = now();
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, size_, size_, size_, 1.0F, a_.data(), size_,
                b_.data(), size_, 0.0F, c_.data(), size_);
    const double middle = now();
    dnnl_sgemm('N', 'N', size_, size_, size_, 1.0F, a_.data(), size_, b_.data(), size_, 0.0F, c_.data(),
               size_);
    const double n = size_;
    return 2 * n * n * n / std::min(middle - start, now() - middle);
}

MemoryBandwidth::MemoryBandwidth(std::size_t floats) : a_(floats), b_(floats, 1.0F), c_(floats, 2.0F) {}

double MemoryBandwidth::measure() {
    const auto count = static_cast<std::ptrdiff_t>(a_.size());
    const double start = now();
#pragma omp parallel for schedule(static)
    for (std::ptrdiff_t i = 0; i < count; ++i) {
        const auto k = static_cast<std::size_t>(i);
        a_[k] = b_[k] + 3.0F * c_[k];
    }
    return 3.0 * sizeof(float) * static_cast<double>(count) / (now() - start);
}

}  // namespace eckart::bench
