#pragma once

#include <algorithm>

#include "eckart/core/matrix.hpp"
#include "eckart/linalg/product.hpp"

namespace eckart::linalg {

/// Products with `a` (m, n) seen from its smaller side, k = min(m, n), against the larger one, h: with B = A
/// where m <= n and B = At elsewhere, B is (k, h). Vectors are rows, so that a block of them grows at its
/// end.
template <class T>
class SmallSide {
  public:
    explicit SmallSide(const Matrix<T>& a) : a_(a), of_columns_(a.cols() < a.rows()) {}

    [[nodiscard]] Eigen::Index small() const { return std::min(a_.rows(), a_.cols()); }
    [[nodiscard]] Eigen::Index large() const { return std::max(a_.rows(), a_.cols()); }
    /// Whether the smaller side is that of the columns.
    [[nodiscard]] bool of_columns() const { return of_columns_; }
    [[nodiscard]] const Matrix<T>& matrix() const { return a_; }
    [[nodiscard]] int passes() const { return passes_; }

    /// X B for x (l, k).
    Matrix<T> to_large(const Matrix<T>& x) {
        ++passes_;
        return of_columns_ ? multiply_nt(x, a_) : multiply(x, a_);
    }
    /// Y Bt for y (l, h).
    Matrix<T> to_small(const Matrix<T>& y) {
        ++passes_;
        return of_columns_ ? multiply(y, a_) : multiply_nt(y, a_);
    }

  private:
    const Matrix<T>& a_;
    bool of_columns_;
    int passes_ = 0;
};

/// R - R Xt X for the rows of r (b, k) and orthonormal rows x (l, k).
template <class T>
Matrix<T> without_projection(Matrix<T> r, const Matrix<T>& x) {
    r -= multiply(multiply_nt(r, x), x);
    return r;
}

}  // namespace eckart::linalg
