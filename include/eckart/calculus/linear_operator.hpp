#pragma once

#include <functional>

#include "eckart/core/matrix.hpp"

#pragma GCC visibility push(default)

namespace eckart::calculus {

/// A linear map R^n -> R^n that is known by what it does: apply() gives A X (n, k) for X (n, k), column by
/// column the image of each column.
struct LinearOperator {
    Eigen::Index size = 0;  ///< n
    std::function<MatrixD(const MatrixD& x)> apply;
};

/// The operator of the matrix `a` (n, n), which is copied. Throws InvalidArgument unless it is square.
LinearOperator matrix_operator(MatrixD a);

}  // namespace eckart::calculus

#pragma GCC visibility pop
