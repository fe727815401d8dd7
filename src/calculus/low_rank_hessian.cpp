#include <fmt/core.h>

#include <utility>

#include "eckart/calculus/low_rank_objective.hpp"
#include "eckart/core/error.hpp"
#include "eckart/linalg/product.hpp"

namespace eckart::calculus {

using linalg::multiply;
using linalg::multiply_nt;
using linalg::multiply_tn;

namespace {

constexpr Eigen::Index kLargestSide = 5'000;

}  // namespace

LowRankHessian::LowRankHessian(const LowRankObjective& objective, Factors at)
    : objective_(objective), at_(std::move(at)) {
    objective.require_fitting(at_);
    vw_ = objective.whiten(at_.v);
    gram_u_ = multiply_tn(at_.u, at_.u);
    gram_v_ = multiply_nt(vw_, vw_);
}

Factors LowRankHessian::times(const Factors& direction) const {
    objective_.require_fitting(direction);
    const auto d = objective_.d().asDiagonal();
    const MatrixD& p = direction.u;
    const MatrixD& x = objective_.whitened_x();
    const MatrixD qw = objective_.whiten(direction.v);
    const MatrixD ud = at_.u * d;
    // dR Vwt + R Qwt with dR = P D Vw + U D Qw and R = U D Vw - Xw.
    const MatrixD cross = multiply_nt(qw, vw_);
    MatrixD hu = multiply<double>(p * d, gram_v_) + multiply<double>(ud, cross + cross.transpose()) -
                 multiply_nt(x, qw);
    // Ut dR + Pt R.
    const MatrixD inner = multiply_tn(at_.u, p);
    MatrixD hv = multiply<double>((inner + inner.transpose()) * d, vw_) + multiply<double>(gram_u_ * d, qw) -
                 multiply_tn(p, x);
    return {hu * d, objective_.unwhiten_gradient(d * hv)};
}

MatrixD LowRankHessian::matrix() const {
    const Eigen::Index n = objective_.n();
    const Eigen::Index k = objective_.k();
    const Eigen::Index p = objective_.p();
    const Eigen::Index side = k * (n + p);
    if (side > kLargestSide) {
        throw InvalidArgument(
            fmt::format("the Hessian of factors ({}, {}) and ({}, {}) has {} rows, more than "
                        "{}; use times()",
                        n, k, k, p, side, kLargestSide));
    }
    const VectorD& d = objective_.d();
    const MatrixD s = objective_.whiten(MatrixD::Identity(p, p));
    const MatrixD c = multiply_nt(s, s);
    const MatrixD ud = at_.u * d.asDiagonal();
    const MatrixD cvd = multiply_nt(s, vw_) * d.asDiagonal();  // C Vt D
    const MatrixD rc = multiply_nt<double>(multiply(ud, vw_) - objective_.whitened_x(), s);
    const MatrixD left = d.asDiagonal() * gram_v_ * d.asDiagonal();
    const MatrixD right = d.asDiagonal() * gram_u_ * d.asDiagonal();
    MatrixD h = MatrixD::Zero(side, side);
    for (Eigen::Index i = 0; i < n; ++i) h.block(i * k, i * k, k, k) = left;
    for (Eigen::Index a = 0; a < k; ++a) {
        for (Eigen::Index b = 0; b < k; ++b) h.block(n * k + a * p, n * k + b * p, p, p) = right(a, b) * c;
    }
    for (Eigen::Index i = 0; i < n; ++i) {
        for (Eigen::Index a = 0; a < k; ++a) {
            for (Eigen::Index b = 0; b < k; ++b) {
                auto row = h.row(i * k + a).segment(n * k + b * p, p);
                row = ud(i, b) * cvd.col(a).transpose();
                if (a == b) row += d[a] * rc.row(i);
            }
        }
    }
    h.bottomLeftCorner(k * p, n * k) = h.topRightCorner(n * k, k * p).transpose();
    return h;
}

}  // namespace eckart::calculus
