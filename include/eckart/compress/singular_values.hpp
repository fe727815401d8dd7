#pragma once

#include <cstddef>

#include "eckart/core/matrix.hpp"
#include "eckart/io/model_file.hpp"

#pragma GCC visibility push(default)

namespace eckart::compress {

/// The singular values of a layer of a model file, in falling order; of stored factors, as many as their
/// rank. By linalg::singular_values() in float, of F64 in double, in the place of the matrix. Throws
/// FormatError for entries that are not finite, NumericalError, and what the model throws.
VectorF singular_values(const io::ModelFile& model, std::size_t index);

}  // namespace eckart::compress

#pragma GCC visibility pop
