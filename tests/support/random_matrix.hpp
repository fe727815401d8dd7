#pragma once

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

}  // namespace eckart::test
