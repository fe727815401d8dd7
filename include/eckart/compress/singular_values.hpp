#pragma once

#include <cstddef>

#include "eckart/core/matrix.hpp"
#include "eckart/io/model_file.hpp"

#pragma GCC visibility push(default)

namespace eckart::compress {

/// The singular values of a layer of a model file, in falling order; of stored factors, as many as their
/// rank. Small matrices and those of F64 through thin_svd(), others through the eigenvalues of their Gram
/// matrix in double, which are right to about 1e-8 of the largest: m n k flops for k = min(m, n), and 24 k^2
/// bytes beside the matrix. Throws FormatError for entries that are not finite, NumericalError, and what the
/// model throws.
VectorF singular_values(const io::ModelFile& model, std::size_t index);

}  // namespace eckart::compress

#pragma GCC visibility pop
