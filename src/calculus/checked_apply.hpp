#pragma once

#include "eckart/calculus/linear_operator.hpp"

namespace eckart::calculus {

/// Throws InvalidArgument unless `a` has a size of at least 1 and an apply(). `name` stands for it in errors.
void require_operator(const LinearOperator& a, const char* name = "the operator");

/// Throws InvalidArgument unless `x` has `size` entries, NumericalError when one is NaN or infinite. `name`
/// stands for it in errors.
void require_vector(const VectorD& x, Eigen::Index size, const char* name);

/// A X for X (n, k). Throws InvalidArgument when x has another number of rows or the operator returns
/// another shape, NumericalError when an entry of the product is NaN or infinite.
MatrixD checked_apply(const LinearOperator& a, const MatrixD& x, const char* name = "the operator");

}  // namespace eckart::calculus
