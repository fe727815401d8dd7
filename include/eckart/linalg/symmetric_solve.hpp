#pragma once

#include <string_view>
#include <vector>

#include "eckart/core/matrix.hpp"

#pragma GCC visibility push(default)

namespace eckart::linalg {

/// P A Pt = L D Lt of a symmetric, possibly indefinite A (n, n): L unit lower triangular, D of 1 x 1 and 2 x
/// 2 blocks, P a permutation (Bunch and Kaufman; LAPACK's sytrf and sytrs). For float and double.
///
/// A singular A is no error: a pivot that is exactly zero is replaced by eps times the largest entry of A (by
/// eps where A is zero), so what is solved is a system whose matrix differs from A by that little. Inverse
/// iteration wants just this: the nearer the shift is to an eigenvalue, the better the direction of the
/// solution.
template <class T>
class SymmetricFactors {
  public:
    /// Factorizes `a` (n, n), of which the lower triangle is read; n may be 0. n^3 / 3 flops. `name` stands
    /// for the matrix in errors. Throws InvalidArgument unless it is square and n <= 20,000; NumericalError
    /// when entries are NaN or infinite.
    explicit SymmetricFactors(Matrix<T> a, std::string_view name = "matrix");

    /// Y with A Y = B for b (n, k). 2 n^2 k flops. Backward stable: each column solves (A + E) y = b with
    /// |E| of order n eps |A|. Throws InvalidArgument when b has another number of rows.
    [[nodiscard]] Matrix<T> solve(const Matrix<T>& b) const;

    /// How many zero pivots were replaced: 0 unless A is singular.
    [[nodiscard]] int replaced_pivots() const noexcept { return replaced_pivots_; }

  private:
    Matrix<T> factors_;
    std::vector<int> pivots_;
    int replaced_pivots_ = 0;
};

}  // namespace eckart::linalg

#pragma GCC visibility pop
