#include "eckart/ops/adam.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "core/shown.hpp"
#include "eckart/core/error.hpp"
#include "ops/multiversion.hpp"

namespace eckart::ops {

namespace {

template <class T>
struct Coefficients {
    T beta1;
    T one_minus_beta1;
    T beta2;
    T one_minus_beta2;
    T step_size;
    T inverse_root_correction;  ///< 1 / sqrt(1 - beta2^t)
    T epsilon;
};

template <class T>
[[gnu::always_inline]] inline void adam_kernel(const Coefficients<T>& c, T* __restrict w,
                                               const T* __restrict g, T* __restrict m, T* __restrict v,
                                               std::ptrdiff_t count) {
    for (std::ptrdiff_t i = 0; i < count; ++i) {
        const T mean = c.beta1 * m[i] + c.one_minus_beta1 * g[i];
        const T square = c.beta2 * v[i] + c.one_minus_beta2 * g[i] * g[i];
        m[i] = mean;
        v[i] = square;
        w[i] -= c.step_size * mean / (std::sqrt(square) * c.inverse_root_correction + c.epsilon);
    }
}

ECKART_MULTIVERSION void adam_loop(const Coefficients<float>& c, float* w, const float* g, float* m, float* v,
                                   std::ptrdiff_t count) {
    adam_kernel(c, w, g, m, v, count);
}

void adam_loop(const Coefficients<double>& c, double* w, const double* g, double* m, double* v,
               std::ptrdiff_t count) {
    adam_kernel(c, w, g, m, v, count);
}

void require(bool holds, const char* field, double value, const char* range) {
    if (!holds) throw InvalidArgument(fmt::format("Adam: {} is {}; it must be {}", field, value, range));
}

}  // namespace

void AdamOptions::validate() const {
    require(std::isfinite(learning_rate) && learning_rate > 0, "the learning rate", learning_rate, "above 0");
    require(beta1 >= 0 && beta1 < 1, "beta1", beta1, "in [0, 1)");
    require(beta2 >= 0 && beta2 < 1, "beta2", beta2, "in [0, 1)");
    require(std::isfinite(epsilon) && epsilon > 0, "epsilon", epsilon, "above 0");
}

template <class T>
void adam_step(const AdamOptions& options, std::int64_t step, std::span<T> w, std::span<const T> g,
               std::span<T> m, std::span<T> v) {
    options.validate();
    if (step < 1) throw InvalidArgument(fmt::format("Adam: step {}; steps count from 1", step));
    if (g.size() != w.size() || m.size() != w.size() || v.size() != w.size()) {
        throw InvalidArgument(fmt::format("Adam: {} weights, {} gradients, {} and {} moments; all must agree",
                                          w.size(), g.size(), m.size(), v.size()));
    }
    const auto t = static_cast<double>(step);
    const double correction1 = 1 - std::pow(options.beta1, t);
    const double correction2 = 1 - std::pow(options.beta2, t);
    const Coefficients<T> c{static_cast<T>(options.beta1),
                            static_cast<T>(1 - options.beta1),
                            static_cast<T>(options.beta2),
                            static_cast<T>(1 - options.beta2),
                            static_cast<T>(options.learning_rate / correction1),
                            static_cast<T>(1 / std::sqrt(correction2)),
                            static_cast<T>(options.epsilon)};
    // Chunks of 64 kB per array: each entry is computed alone, so the split changes no bit.
    constexpr std::ptrdiff_t kChunk = 16384;
    const auto count = static_cast<std::ptrdiff_t>(w.size());
#pragma omp parallel for schedule(static) if (count > kChunk)
    for (std::ptrdiff_t begin = 0; begin < count; begin += kChunk) {
        const std::ptrdiff_t length = std::min(kChunk, count - begin);
        adam_loop(c, w.data() + begin, g.data() + begin, m.data() + begin, v.data() + begin, length);
    }
}

template ECKART_SHOWN void adam_step<float>(const AdamOptions&, std::int64_t, std::span<float>,
                                            std::span<const float>, std::span<float>, std::span<float>);
template ECKART_SHOWN void adam_step<double>(const AdamOptions&, std::int64_t, std::span<double>,
                                             std::span<const double>, std::span<double>, std::span<double>);

}  // namespace eckart::ops
