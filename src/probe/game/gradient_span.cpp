#include "eckart/probe/gradient_span.hpp"

#include <fmt/core.h>

#include <cmath>

#include "eckart/core/error.hpp"

namespace eckart::probe {

GradientSpan::GradientSpan(Eigen::Index dim, double roundoff) : roundoff_(roundoff) {
    if (dim < 1 || !(roundoff > 0)) {
        throw InvalidArgument(fmt::format(
            "a span of gradients needs a dimension of at least 1 and a roundoff above 0, not {} and {}", dim,
            roundoff));
    }
    directions_.resize(dim, dim);
    r_ = MatrixD::Zero(dim, dim);
}

GradientSpan::Position GradientSpan::locate(const VectorD& gradient) const {
    Position result{VectorD::Zero(rank_), gradient};
    // Gram and Schmidt twice: once leaves a residual that is not orthogonal when it is small.
    for (int pass = 0; pass < 2; ++pass) {
        for (Eigen::Index i = 0; i < rank_; ++i) {
            const double along = directions_.row(i).dot(result.residual.transpose());
            result.coordinates[i] += along;
            result.residual -= along * directions_.row(i).transpose();
        }
    }
    if (rank_ == directions_.rows()) return result;
    const auto n = static_cast<double>(directions_.rows());
    const auto k = static_cast<double>(rank_);
    const VectorD combination =
        r_.topLeftCorner(rank_, rank_).triangularView<Eigen::Upper>().solve(result.coordinates);
    const double rounding = roundoff_ * std::sqrt((k + 1) * (1 + combination.squaredNorm()) * (n - k) / n);
    result.outside = result.residual.norm() / rounding;
    return result;
}

void GradientSpan::accept(const Position& position) {
    if (rank_ == directions_.rows()) {
        throw InvalidArgument(
            fmt::format("the span has all {} dimensions already; no gradient is outside it", rank_));
    }
    const double length = position.residual.norm();
    directions_.row(rank_) = position.residual.transpose() / length;
    r_.col(rank_).head(rank_) = position.coordinates;
    r_(rank_, rank_) = length;
    ++rank_;
}

}  // namespace eckart::probe
