#include "eckart/calculus/low_rank_objective.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <tuple>
#include <utility>

#include "eckart/core/error.hpp"
#include "eckart/linalg/product.hpp"
#include "eckart/linalg/svd.hpp"
#include "eckart/linalg/symmetric_eigen.hpp"

namespace eckart::calculus {

using linalg::multiply;
using linalg::multiply_nt;
using linalg::multiply_tn;

namespace {

/// Rows of the residual that are formed at a time: large enough for BLAS to be fast, 3 MB for p = 3072.
constexpr Eigen::Index kBlockRows = 128;
constexpr double kWeightSymmetry = 1e-12;
constexpr double kNegativeTolerance = 1e-10;

std::string shape(const MatrixD& a) {
    return fmt::format("({}, {})", a.rows(), a.cols());
}

/// S and its pseudo-inverse for C = S St, from the eigen-decomposition: S = Q diag(sqrt(lambda)).
std::pair<MatrixD, MatrixD> square_root(const MatrixD& c) {
    linalg::require_symmetric(c, kWeightSymmetry, "the weight C");
    const auto eigen = linalg::symmetric_eigen<double>(c, "the weight C");
    const double largest = std::max(eigen.values.maxCoeff(), -eigen.values.minCoeff());
    if (eigen.values.minCoeff() < -kNegativeTolerance * largest) {
        throw InvalidArgument(
            fmt::format("the weight C {} is not positive semidefinite: its eigenvalues go from "
                        "{:.3g} to {:.3g}; a covariance matrix has none below 0",
                        shape(c), eigen.values.minCoeff(), eigen.values.maxCoeff()));
    }
    const double cut = static_cast<double>(c.rows()) * std::numeric_limits<double>::epsilon() * largest;
    VectorD root = VectorD::Zero(c.rows());
    VectorD inverse = VectorD::Zero(c.rows());
    for (Eigen::Index i = 0; i < c.rows(); ++i) {
        if (eigen.values[i] <= cut) continue;
        root[i] = std::sqrt(eigen.values[i]);
        inverse[i] = 1 / root[i];
    }
    return {eigen.vectors * root.asDiagonal(), inverse.asDiagonal() * eigen.vectors.transpose()};
}

/// Calls `visit(first row, rows of U, rows of R)` for R = U (D Vw) - Xw, block by block.
template <class Visit>
void for_residual_blocks(const MatrixD& u, const MatrixD& dv, const MatrixD& xw, const Visit& visit) {
    for (Eigen::Index first = 0; first < u.rows(); first += kBlockRows) {
        const Eigen::Index rows = std::min(kBlockRows, u.rows() - first);
        const MatrixD block = u.middleRows(first, rows);
        MatrixD residual = multiply(block, dv);
        residual -= xw.middleRows(first, rows);
        visit(first, block, residual);
    }
}

}  // namespace

VectorD to_vector(const Factors& factors) {
    VectorD vector(factors.u.size() + factors.v.size());
    std::copy_n(factors.u.data(), factors.u.size(), vector.data());
    std::copy_n(factors.v.data(), factors.v.size(), vector.data() + factors.u.size());
    return vector;
}

Factors to_factors(const VectorD& vector, Eigen::Index n, Eigen::Index k, Eigen::Index p) {
    if (vector.size() != k * (n + p)) {
        throw InvalidArgument(fmt::format("{} entries are no factors ({}, {}) and ({}, {}), which have {}",
                                          vector.size(), n, k, k, p, k * (n + p)));
    }
    return {ConstMatrixView<double>(vector.data(), n, k),
            ConstMatrixView<double>(vector.data() + n * k, k, p)};
}

double inner_product(const Factors& a, const Factors& b) {
    return a.u.cwiseProduct(b.u).sum() + a.v.cwiseProduct(b.v).sum();
}

LowRankObjective::LowRankObjective(const MatrixD& x, const VectorD& d) : xw_(x), d_(d) {
    if (x.size() == 0) {
        throw InvalidArgument(fmt::format("X {} is empty; give a matrix with at least one entry", shape(x)));
    }
    const Eigen::Index largest = std::min(x.rows(), x.cols());
    if (d.size() < 1 || d.size() > largest) {
        throw InvalidArgument(fmt::format("rank k = {} of a factorization of X {} is outside 1 .. {}",
                                          d.size(), shape(x), largest));
    }
    linalg::require_finite(x, "X");
    linalg::require_finite<double>(MatrixD(d), "the diagonal of D");
}

LowRankObjective::LowRankObjective(const MatrixD& x, const VectorD& d, const MatrixD& c)
    : LowRankObjective(x, d) {
    if (c.rows() != x.cols() || c.cols() != x.cols()) {
        throw InvalidArgument(
            fmt::format("the weight C {} does not fit X {}: it must be ({}, {}), inputs by inputs", shape(c),
                        shape(x), x.cols(), x.cols()));
    }
    std::tie(s_, s_inverse_) = square_root(c);
    xw_ = multiply(x, s_);
    linalg::require_finite(xw_, "the whitened X");
}

void LowRankObjective::require_fitting(const Factors& factors) const {
    if (factors.u.rows() != n() || factors.u.cols() != k() || factors.v.rows() != k() ||
        factors.v.cols() != p()) {
        throw InvalidArgument(
            fmt::format("factors {} and {} do not fit X ({}, {}) at rank {}: they must be ({}, "
                        "{}) and ({}, {})",
                        shape(factors.u), shape(factors.v), n(), p(), k(), n(), k(), k(), p()));
    }
    linalg::require_finite(factors.u, "U");
    linalg::require_finite(factors.v, "V");
}

MatrixD LowRankObjective::whiten(const MatrixD& v) const {
    return weighted() ? multiply(v, s_) : v;
}

MatrixD LowRankObjective::unwhiten_gradient(const MatrixD& gradient) const {
    return weighted() ? multiply_nt(gradient, s_) : gradient;
}

MatrixD LowRankObjective::unwhiten(const MatrixD& vw) const {
    return weighted() ? multiply(vw, s_inverse_) : vw;
}

double LowRankObjective::value(const Factors& at) const {
    require_fitting(at);
    double sum = 0;
    for_residual_blocks(
        at.u, d_.asDiagonal() * whiten(at.v), xw_,
        [&](Eigen::Index, const MatrixD&, const MatrixD& residual) { sum += residual.squaredNorm(); });
    return sum / 2;
}

ValueAndGradient LowRankObjective::value_and_gradient(const Factors& at) const {
    require_fitting(at);
    const MatrixD dv = d_.asDiagonal() * whiten(at.v);
    ValueAndGradient result{0, {MatrixD(n(), k()), MatrixD::Zero(k(), xw_.cols())}};
    for_residual_blocks(at.u, dv, xw_, [&](Eigen::Index first, const MatrixD& u, const MatrixD& residual) {
        result.value += residual.squaredNorm() / 2;
        result.gradient.u.middleRows(first, u.rows()) = multiply_nt(residual, dv);
        result.gradient.v += multiply_tn(u, residual);
    });
    result.gradient.v = unwhiten_gradient(d_.asDiagonal() * result.gradient.v);
    return result;
}

Factors LowRankObjective::gradient(const Factors& at) const {
    require_fitting(at);
    const MatrixD dv = d_.asDiagonal() * whiten(at.v);
    const MatrixD ud = at.u * d_.asDiagonal();
    Factors gradient{multiply(at.u, multiply_nt(dv, dv)) - multiply_nt(xw_, dv),
                     multiply(multiply_tn(ud, at.u), dv) - multiply_tn(ud, xw_)};
    gradient.v = unwhiten_gradient(gradient.v);
    return gradient;
}

}  // namespace eckart::calculus
