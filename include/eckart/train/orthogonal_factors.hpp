#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "eckart/core/matrix.hpp"
#include "eckart/model/network.hpp"
#include "eckart/ops/adam.hpp"

#pragma GCC visibility push(default)

namespace eckart::train {

/// A factored layer W = U diag(sigma^2) Vt, kept beside its factors B = U diag(sigma) and A = diag(sigma) Vt.
struct OrthogonalFactors {
    std::size_t layer = 0;  ///< its index in the network
    MatrixF u;              ///< (out, r), orthonormal columns
    MatrixF sigma;          ///< (1, r), of any sign
    MatrixF v;              ///< (in, r), orthonormal columns
    MatrixF sigma_moment1;  ///< (1, r): Adam's m of sigma
    MatrixF sigma_moment2;  ///< (1, r): Adam's v of sigma
};

/// The loss's derivatives by U, sigma and Vt.
template <class T>
struct FactorGradients {
    Matrix<T> u;      ///< G_B diag(sigma), (out, r)
    Matrix<T> sigma;  ///< u_i . (column i of G_B) + v_i . (row i of G_A), (1, r)
    Matrix<T> vt;     ///< diag(sigma) G_A, (r, in)
};

/// From U (out, r), sigma (1, r), V (in, r) and the derivatives by B, `gradient_b` (out, r), and by A,
/// `gradient_a` (r, in). 3 (out + in) r flops.
template <class T>
FactorGradients<T> factor_gradients(const Matrix<T>& u, const Matrix<T>& sigma, const Matrix<T>& v,
                                    const Matrix<T>& gradient_b, const Matrix<T>& gradient_a);

/// Brings every factored layer of `network` into that form, from the singular value decomposition of its
/// product: the same function up to rounding. Throws InvalidArgument when no layer is factored and
/// NumericalError naming a tensor that is not finite.
std::vector<OrthogonalFactors> orthogonalize(model::Network<float>& network);

/// A layer's two factors and, in their places, Adam's moments.
struct FactorPair {
    model::Parameter<float>& b;  ///< (out, r)
    model::Parameter<float>& a;  ///< (r, in)
    MatrixF& u_moment1;          ///< (out, r)
    MatrixF& u_moment2;
    MatrixF& vt_moment1;  ///< (r, in)
    MatrixF& vt_moment2;
};

/// One step from the gradients that `pair` holds. Adam (step `t`) runs on U, sigma and Vt as on any tensor;
/// sigma moves as it says, and what it would add to U and V is the direction and length of their
/// geodesic_step(). Then B = U diag(sigma) and A = diag(sigma) Vt. About 10 (out + in) r^2 flops. Returns
/// false when geodesic_step() refuses the step; B and A are then as they were.
bool step_factors(const ops::AdamOptions& adam, std::int64_t t, OrthogonalFactors& factors,
                  const FactorPair& pair);

}  // namespace eckart::train

#pragma GCC visibility pop
