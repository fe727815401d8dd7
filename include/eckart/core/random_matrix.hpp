#pragma once

#include "eckart/core/matrix.hpp"
#include "eckart/core/rng.hpp"

#pragma GCC visibility push(default)

namespace eckart {

/// A (rows, cols) matrix of standard normal entries, drawn column by column.
template <class T>
Matrix<T> normal_matrix(Eigen::Index rows, Eigen::Index cols, Rng& rng) {
    Matrix<T> matrix(rows, cols);
    for (T& entry : matrix.reshaped()) entry = static_cast<T>(rng.normal());
    return matrix;
}

}  // namespace eckart

#pragma GCC visibility pop
