#pragma once

#include "eckart/core/matrix.hpp"

namespace eckart::linalg {

/// Whether few_rows_product() is the faster way to a product of (rows, inner) with (inner, cols): a block of
/// rows with a large matrix, where oneDNN uses AVX2 or more.
bool suits_few_rows_product(Eigen::Index rows, Eigen::Index inner, Eigen::Index cols);

/// op(X) op(B), as (op(B)t op(X)t)t: there oneDNN comes within a fifth of the machine's peak from 32 rows on,
/// OpenBLAS from some 150 on, since it copies all of B first. op(X) is (rows, inner), op(B) (inner, cols).
/// Throws BackendError where oneDNN fails.
MatrixF few_rows_product(const MatrixF& x, bool transpose_x, const MatrixF& b, bool transpose_b);

}  // namespace eckart::linalg
