#pragma once

#include <string_view>
#include <vector>

#include "eckart/core/matrix.hpp"

namespace eckart::linalg {

/// Q = P L U with partial pivoting, by LAPACK; 2/3 n^3 flops, and 2 n^3 for each solution with n right sides.
/// Up to n = 64 the triangles are solved by Eigen on one thread: OpenBLAS starts all of its threads even for
/// the smallest solution, which was measured to take 8 ms where other programs keep the CPUs busy.
template <class T>
class LuSolver {
  public:
    /// Factorizes the square `q`, not empty. Throws NumericalError, with `name`, when it is singular.
    LuSolver(Matrix<T> q, std::string_view name);

    /// Q^-1 B.
    [[nodiscard]] Matrix<T> solve(Matrix<T> b) const;
    /// B Q^-1.
    [[nodiscard]] Matrix<T> solve_from_right(Matrix<T> b) const;

  private:
    void solve_in_place(Matrix<T>& columns, bool transpose) const;

    Matrix<T> factors_;  ///< column by column those of Qt, which is how LAPACK sees our rows
    std::vector<int> pivots_;
};

}  // namespace eckart::linalg
