#pragma once

#include <cstring>

#include "eckart/model/network.hpp"

namespace eckart::test {

/// Whether two networks have the same tensors, bit by bit.
inline bool same_bits(const model::Network<float>& a, const model::Network<float>& b) {
    const auto left = a.parameters();
    const auto right = b.parameters();
    if (left.size() != right.size()) return false;
    for (std::size_t i = 0; i < left.size(); ++i) {
        const MatrixF& x = left[i]->value;
        const MatrixF& y = right[i]->value;
        if (left[i]->name != right[i]->name || x.rows() != y.rows() || x.cols() != y.cols()) return false;
        if (std::memcmp(x.data(), y.data(), static_cast<std::size_t>(x.size()) * sizeof(float)) != 0)
            return false;
    }
    return true;
}

}  // namespace eckart::test
