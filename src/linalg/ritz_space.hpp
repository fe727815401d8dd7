#pragma once

#include <utility>

#include "eckart/core/matrix.hpp"
#include "linalg/small_side.hpp"

namespace eckart::linalg {

/// A space to look for singular vectors in, of l vectors of the smaller side; B (k, h) is that of SmallSide.
template <class T>
class RitzSpace {
  public:
    explicit RitzSpace(const SmallSide<T>& side);

    [[nodiscard]] Eigen::Index size() const { return x_.rows(); }
    [[nodiscard]] const Matrix<T>& x() const { return x_; }          ///< (l, k), orthonormal rows
    [[nodiscard]] const Matrix<T>& y() const { return y_; }          ///< (l, h) = X B
    [[nodiscard]] const Matrix<T>& z() const { return z_; }          ///< (l, k) = Y Bt
    [[nodiscard]] const MatrixD& ritz() const { return ritz_; }      ///< (l, l) = Y Yt, in double
    [[nodiscard]] Eigen::Index settled() const { return settled_; }  ///< see settle()

    /// Adds the rows of `block` (b, k), orthonormal and orthogonal to those that are there. Two products with
    /// A, and 2 b l h flops in double.
    void append(const Matrix<T>& block, SmallSide<T>& side);
    /// Promises that the first `count` rows of z lie in the space up to rounding.
    void settle(Eigen::Index count) { settled_ = count; }
    /// Replaces the space by that of its `count` leading Ritz vectors. Nothing is settled then.
    void cut_down(Eigen::Index count);
    /// The `count` leading Ritz vectors as columns (l, count) in the basis of the space. 9 l^3 flops.
    [[nodiscard]] Matrix<T> leading_vectors(Eigen::Index count) const;

  private:
    Matrix<T> x_, y_, z_;
    MatrixD ritz_;
    Eigen::Index settled_ = 0;
};

}  // namespace eckart::linalg
