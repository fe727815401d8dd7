#pragma once

#include <memory>

#include "eckart/calculus/linear_operator.hpp"
#include "eckart/core/matrix.hpp"

#pragma GCC visibility push(default)

namespace eckart::calculus {

/// Largest |A - At|_F / |A|_F of a matrix that is taken as symmetric: rounding of a product that should be
/// (about sqrt(n) eps for n up to 10^6), far below a mistake.
inline constexpr double kSymmetryTolerance = 1e-12;

/// Value and gradient of the Rayleigh quotient at one point.
struct RayleighPoint {
    double value = 0;
    VectorD gradient;  ///< (n)
};

/// R(x) = (A x, x) / (x, x) for a symmetric A (n, n) and x != 0 in R^n.
///
/// gradient       g(x) = 2 / (x, x) (A x - R(x) x)
/// Hessian        H(x) = 2 / (x, x) (A - R(x) I - g xt - x gt)
///
/// Its critical points are the eigenvectors of A, its critical values the eigenvalues. It is constant along
/// rays, so (g(x), x) = 0 and H(x) x = -g(x). Derivation in docs/maths/rayleigh-quotient.md.
///
/// Cost, with a the flops of one A x (2 n^2 for a matrix): value a + 4 n; evaluate a + 7 n; hessian_vector
/// 2 a + 15 n, with both products in one pass over A; hessian 4 n^2 beyond A x for a matrix, n a + 4 n^2 for
/// an operator. x is scaled by its largest entry first, so |x| may be anything from 1e-300 to 1e300. The
/// value has an error of order n eps |A|, the gradient of n eps |A| / |x|.
///
/// All members throw InvalidArgument when x has another size or is zero, and NumericalError when an entry of
/// x, or of A x, is NaN or infinite.
class RayleighQuotient {
  public:
    /// Copies `a` (n, n), n >= 1. Throws InvalidArgument unless it is square and symmetric to `tolerance`,
    /// and NumericalError when an entry is NaN or infinite.
    explicit RayleighQuotient(MatrixD a, double tolerance = kSymmetryTolerance);
    /// `a` must be symmetric, which is not checked here. Throws InvalidArgument when its size is 0 or it has
    /// no function.
    explicit RayleighQuotient(LinearOperator a);

    [[nodiscard]] Eigen::Index size() const noexcept { return operator_.size; }
    [[nodiscard]] double value(const VectorD& x) const;
    [[nodiscard]] VectorD gradient(const VectorD& x) const { return evaluate(x).gradient; }
    /// Value and gradient from one product with A.
    [[nodiscard]] RayleighPoint evaluate(const VectorD& x) const;
    /// H(x) v. Throws for v as for x, but v may be zero.
    [[nodiscard]] VectorD hessian_vector(const VectorD& x, const VectorD& v) const;
    /// H(x) as an operator, for many vectors at one x: A x is computed once, here.
    [[nodiscard]] LinearOperator hessian_operator(const VectorD& x) const;
    /// H(x) (n, n) as a matrix, exactly symmetric where A is.
    [[nodiscard]] MatrixD hessian(const VectorD& x) const;

  private:
    explicit RayleighQuotient(std::shared_ptr<const MatrixD> matrix);

    std::shared_ptr<const MatrixD> matrix_;  ///< none where only the operator is known
    LinearOperator operator_;
};

}  // namespace eckart::calculus

#pragma GCC visibility pop
