#include <Eigen/LU>
#include <cmath>
#include <limits>

#include "eckart/linalg/matrix_exponential.hpp"
#include "eckart/linalg/product.hpp"
#include "eckart/linalg/qr.hpp"
#include "selfcheck/checks.hpp"

namespace eckart::selfcheck {

namespace {

using linalg::expm;
using linalg::multiply;

constexpr Eigen::Index kSize = 30;
constexpr double kEps = std::numeric_limits<double>::epsilon();

MatrixD scaled_normal(Rng& rng) {
    return normal_matrix<double>(kSize, kSize, rng) / std::sqrt(static_cast<double>(kSize));
}

/// S of condition 3 at most: a rotation, a scaling by 1 .. 3, another rotation.
struct Similarity {
    MatrixD s;
    MatrixD inverse;
};

Similarity similarity(Rng& rng) {
    const MatrixD q = linalg::thin_qr(normal_matrix<double>(kSize, kSize, rng)).q;
    const MatrixD z = linalg::thin_qr(normal_matrix<double>(kSize, kSize, rng)).q;
    const VectorD d = VectorD::LinSpaced(kSize, 1, 3);
    return {q * d.asDiagonal() * z, z.transpose() * d.cwiseInverse().asDiagonal() * q.transpose()};
}

std::vector<Finding> general(Rng rng) {
    const MatrixD a = scaled_normal(rng);
    const MatrixD exp_a = expm(a);
    const Similarity t = similarity(rng);
    const MatrixD similar = multiply<double>(t.inverse, multiply(a, t.s));
    const MatrixD back = multiply<double>(t.inverse, multiply(exp_a, t.s));
    // Bounds are c n eps, and the factor by which |A| and the similarity enlarge an error.
    const double bound = 100 * kSize * kEps;
    const double determinant = exp_a.determinant();
    return {compare("exp(S^-1 A S) = S^-1 exp(A) S", relative_distance(expm(similar), back), bound),
            compare("exp(A) exp(-A) = I",
                    (multiply(exp_a, expm<double>(-a)) - MatrixD::Identity(kSize, kSize)).norm(), bound),
            compare("det exp(A) = exp(tr A)", std::abs(determinant / std::exp(a.trace()) - 1), bound)};
}

std::vector<Finding> structured(Rng rng) {
    const VectorD d = 5 * normal_matrix<double>(kSize, 1, rng);
    const MatrixD expected = d.array().exp().matrix().asDiagonal();
    const MatrixD b = scaled_normal(rng);
    const MatrixD skew = 20 * (b - b.transpose());
    const MatrixD rotation = linalg::expm_skew(skew);
    const MatrixD symmetric = b + b.transpose();
    const double bound = 20 * kSize * kEps;
    return {compare("exp(diag(d)) = diag(exp(d))", relative_distance(expm(MatrixD(d.asDiagonal())), expected),
                    bound),
            compare("exp of a skew matrix is orthogonal",
                    (rotation.transpose() * rotation - MatrixD::Identity(kSize, kSize)).norm(), bound),
            compare("exp of a skew matrix, two ways", relative_distance(rotation, expm(skew)), 20 * bound),
            compare("exp of a symmetric matrix, two ways",
                    relative_distance(linalg::expm_symmetric(symmetric), expm(symmetric)), 20 * bound)};
}

/// L(A, E) beside differences of exp(A + t E).
std::vector<Finding> derivative(Rng rng) {
    constexpr Eigen::Index kSmall = 12;
    const VectorD at = normal_matrix<double>(kSmall * kSmall, 1, rng) / std::sqrt(double{kSmall});
    const auto matrix = [](const VectorD& x) {
        return MatrixD(ConstMatrixView<double>(x.data(), kSmall, kSmall));
    };
    const auto vector = [](const MatrixD& a) {
        return VectorD(Eigen::Map<const VectorD>(a.data(), a.size()));
    };
    const calculus::DerivativeCheckOptions options;
    const auto check =
        check_jacobian([&](const VectorD& x) { return vector(expm(matrix(x))); },
                       [&](const VectorD& x, const VectorD& e) {
                           return vector(linalg::expm_frechet(matrix(x), matrix(e)).derivative);
                       },
                       at, options);
    return {finding_of("Frechet derivative L(A, E)", check, options.tolerance)};
}

}  // namespace

std::vector<Check> exponential_checks(const Rng& rng) {
    return {{"Matrix exponential", [=] { return general(rng.fork("exponential")); }},
            {"Matrix exponential, derivative", [=] { return derivative(rng.fork("derivative")); }},
            {"Matrix exponential, structured matrices", [=] { return structured(rng.fork("structured")); }}};
}

}  // namespace eckart::selfcheck
