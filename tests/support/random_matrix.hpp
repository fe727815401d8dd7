#pragma once

#include <cmath>

#include "eckart/core/matrix.hpp"
#include "eckart/core/rng.hpp"

namespace eckart::test {

/// Standard normal entries.
template <class T>
Matrix<T> random_matrix(Eigen::Index rows, Eigen::Index cols, Rng& rng) {
    Matrix<T> matrix(rows, cols);
    for (Eigen::Index i = 0; i < matrix.size(); ++i) matrix.data()[i] = static_cast<T>(rng.normal());
    return matrix;
}

/// Entries of size `norm` / sqrt(n): |A|_2 is about 2 `norm`.
inline MatrixD random_of_norm(Eigen::Index n, double norm, Rng& rng) {
    return random_matrix<double>(n, n, rng) * (norm / std::sqrt(static_cast<double>(n)));
}

}  // namespace eckart::test
