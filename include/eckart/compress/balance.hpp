#pragma once

#include "eckart/model/network.hpp"

#pragma GCC visibility push(default)

namespace eckart::compress {

/// Rewrites every factored layer's B A as B' A' with B' = U sqrt(s), A' = sqrt(s) Vt from the SVD of the
/// product: the same function, factors of equal norm. Adam moves every entry by about the learning rate, so
/// that factors of unequal scale would be destroyed by its first steps. O((m + n) r^2) flops a layer. Throws
/// NumericalError naming the tensor.
void balance_factors(model::Network<float>& network);

}  // namespace eckart::compress

#pragma GCC visibility pop
