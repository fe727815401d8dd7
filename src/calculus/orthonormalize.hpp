#pragma once

#include "eckart/core/matrix.hpp"

namespace eckart::calculus {

/// Orthonormal columns that span, together with `basis` (n, p; orthonormal columns, p may be 0), what `block`
/// (n, k) and the basis span; they are orthogonal to the basis. Directions of the normalized
/// block that are within sqrt(10 k eps), about 1e-7, of the others, and columns within 50 eps of the basis
/// are dropped: the result has between 0 and min(k, n - p) columns. Entries must be finite.
///
/// Alternates block Gram-Schmidt against the basis with orthonormalization by the eigen-decomposition of the
/// scaled Gram matrix, at most four times: 4 n k (p + k) flops each; two are usual. Orthonormal to
/// 10 (p + k + sqrt(n)) eps.
/// References: A. Stathopoulos, K. Wu, A block orthogonalization procedure with constant synchronization
/// requirements, SIAM J. Sci. Comput. 23, 2002; J. Duersch et al., SIAM J. Sci. Comput. 40, 2018, 4.
MatrixD orthonormalize_against(const MatrixD& basis, MatrixD block);

}  // namespace eckart::calculus
