#pragma once

#include "eckart/core/matrix.hpp"

#pragma GCC visibility push(default)

namespace eckart::calculus {

/// A pair of factors, or a direction or gradient in their space.
struct Factors {
    MatrixD u;  ///< (n, k)
    MatrixD v;  ///< (k, p)
};

/// All entries of U, row by row, then all of V, row by row (k (n + p) entries): NumPy's ravel() of both.
VectorD to_vector(const Factors& factors);
/// The reverse, for factors (n, k) and (k, p). Throws InvalidArgument unless the vector has k (n + p)
/// entries.
Factors to_factors(const VectorD& vector, Eigen::Index n, Eigen::Index k, Eigen::Index p);
/// <U1, U2> + <V1, V2>: the inner product of the vectors.
double inner_product(const Factors& a, const Factors& b);

struct ValueAndGradient {
    double value = 0;
    Factors gradient;
};

/// F(U, V) = 1/2 |(X - U D V) S|_F^2 with D = diag(d) and S St = C: how far a product of low rank is from X,
/// in the Frobenius norm (C = I), or weighted by C, the covariance of a layer's inputs: then 2 F is the
/// expected squared change of the layer's output. In whitened variables Xw = X S and Vw = V S it is
/// 1/2 |Xw - U D Vw|_F^2, which is how it is computed; Xw is formed once.
///
/// x (n, p); d (k), any finite numbers; c (p, p), symmetric and positive semidefinite, may be singular.
/// U (n, k), V (k, p), 1 <= k <= min(n, p).
///
/// Flops below are leading terms for C = I; a weight adds 2 k p^2 per product with S, once in value() and
/// hessian_vector(), twice in a gradient. All in double; derivatives are exact up to rounding of order
/// (n + p) eps |Xw|_F (|U|_F + |Vw|_F) |D|. Every call throws InvalidArgument naming the shapes that do not
/// fit, and NumericalError when a factor has NaN or infinite entries.
/// Derivation: docs/maths/low-rank-objective.md.
class LowRankObjective {
  public:
    /// The unweighted objective. Throws InvalidArgument when x is empty or d has 0 or more than min(n, p)
    /// entries; NumericalError when an entry is NaN or infinite.
    LowRankObjective(const MatrixD& x, const VectorD& d);
    /// The weighted one. Throws InvalidArgument also when c has another shape, is not symmetric to 1e-12, or
    /// has an eigenvalue below -1e-10 times the largest. 9 p^3 + 2 n p^2 flops, once.
    LowRankObjective(const MatrixD& x, const VectorD& d, const MatrixD& c);

    [[nodiscard]] Eigen::Index n() const { return xw_.rows(); }
    [[nodiscard]] Eigen::Index k() const { return d_.size(); }
    [[nodiscard]] Eigen::Index p() const { return weighted() ? s_.rows() : xw_.cols(); }
    [[nodiscard]] bool weighted() const { return s_.size() > 0; }
    [[nodiscard]] const VectorD& d() const { return d_; }
    /// X S (n, p); X itself without a weight.
    [[nodiscard]] const MatrixD& whitened_x() const { return xw_; }

    /// F. The residual is formed in blocks of rows and summed, never by expanding the square, which would
    /// cancel near the optimum. 2 n k p flops, one pass over X.
    [[nodiscard]] double value(const Factors& at) const;

    /// With R = U D V - X: dF/dU = R C Vt D (n, k) and dF/dV = D Ut R C (k, p). No residual: products are
    /// taken in the order (U (D (Vw Vwt)) - Xw Vwt) D. 4 n k p + 4 (n + p) k^2 flops.
    [[nodiscard]] Factors gradient(const Factors& at) const;

    /// Both, from the same blocks of the residual: 6 n k p flops, one pass over X.
    [[nodiscard]] ValueAndGradient value_and_gradient(const Factors& at) const;

    /// V S (k, p), and its transpose's way back: G St.
    [[nodiscard]] MatrixD whiten(const MatrixD& v) const;
    [[nodiscard]] MatrixD unwhiten_gradient(const MatrixD& gradient) const;
    /// The V of least norm with V S = Vw, for a Vw whose rows lie in the row space of S.
    [[nodiscard]] MatrixD unwhiten(const MatrixD& vw) const;

    /// Throws unless `factors` has this objective's shapes and is finite.
    void require_fitting(const Factors& factors) const;

  private:
    MatrixD xw_;
    VectorD d_;
    MatrixD s_;          ///< empty without a weight
    MatrixD s_inverse_;  ///< pseudo-inverse
};

/// The Hessian of F at one point, as an operator on directions (P, Q) and as a matrix. With R = U D V - X:
///
///     H_UU P = P D V C Vt D                     H_UV Q = U D Q C Vt D + R C Qt D
///     H_VU P = D Ut P D V C + D Pt R C          H_VV Q = D Ut U D Q C
///
/// Keeps a reference to `objective`, which must outlive it, and the k x k Gram matrices of the factors.
class LowRankHessian {
  public:
    LowRankHessian(const LowRankObjective& objective, Factors at);

    /// (H_UU P + H_UV Q, H_VU P + H_VV Q), without a residual: 4 n k p + 6 (n + p) k^2 flops, O((n + p) k)
    /// memory. A direction with one zero half gives two of the blocks.
    [[nodiscard]] Factors times(const Factors& direction) const;

    /// The explicit symmetric matrix, k (n + p) on a side, in the order of to_vector(): the four blocks entry
    /// by entry, independent of times(). Throws InvalidArgument above 5,000 on a side (200 MB).
    [[nodiscard]] MatrixD matrix() const;

  private:
    const LowRankObjective& objective_;
    Factors at_;
    MatrixD vw_;      ///< V S
    MatrixD gram_u_;  ///< Ut U
    MatrixD gram_v_;  ///< Vw Vwt
};

}  // namespace eckart::calculus

#pragma GCC visibility pop
