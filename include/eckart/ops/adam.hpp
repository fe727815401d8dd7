#pragma once

#include <cstdint>
#include <span>

#pragma GCC visibility push(default)

namespace eckart::ops {

/// Adam's constants (Kingma and Ba 2015, algorithm 1), PyTorch's defaults.
struct AdamOptions {
    double learning_rate = 1e-3;
    double beta1 = 0.9;
    double beta2 = 0.999;
    double epsilon = 1e-8;
    /// Throws InvalidArgument naming the field: rate and epsilon > 0 and finite, betas in [0, 1).
    void validate() const;
};

/// One Adam step on one tensor as torch.optim.Adam defines it (no weight decay, no AMSGrad), one pass over
/// memory:
///   m <- beta1 m + (1 - beta1) g,  v <- beta2 v + (1 - beta2) g^2,
///   w <- w - rate / (1 - beta1^t) * m / (sqrt(v) / sqrt(1 - beta2^t) + epsilon).
/// `step` is t >= 1; all spans have equal length. Throws InvalidArgument otherwise.
template <class T>
void adam_step(const AdamOptions& options, std::int64_t step, std::span<T> w, std::span<const T> g,
               std::span<T> m, std::span<T> v);

}  // namespace eckart::ops

#pragma GCC visibility pop
