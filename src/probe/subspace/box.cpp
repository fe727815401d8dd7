#include "eckart/probe/box.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "eckart/core/error.hpp"

namespace eckart::probe {
namespace {

/// Width of a variable's range by its numbers: a few thousand doubles lie in it.
constexpr double kNarrowest = 1e-12;
constexpr double kSmallest = 1e-300;

}  // namespace

Box Box::cube(Eigen::Index n) {
    return {VectorD::Constant(n, -1), VectorD::Constant(n, 1)};
}

void Box::validate(Eigen::Index n) const {
    if (lower.size() != n || upper.size() != n) {
        throw InvalidArgument(
            fmt::format("the box has {} lower and {} upper bounds; the function has {} variables",
                        lower.size(), upper.size(), n));
    }
    for (Eigen::Index i = 0; i < n; ++i) {
        if (!std::isfinite(lower[i]) || !std::isfinite(upper[i]) || !std::isfinite(upper[i] - lower[i]) ||
            !(lower[i] < upper[i])) {
            throw InvalidArgument(
                fmt::format("variable {} of the box goes from {} to {}; the lower bound must be below the "
                            "upper and both finite",
                            i + 1, lower[i], upper[i]));
        }
        if (upper[i] - lower[i] < kNarrowest * std::max(std::abs(lower[i]), std::abs(upper[i])) ||
            upper[i] - lower[i] < kSmallest) {
            throw InvalidArgument(
                fmt::format("variable {} of the box goes from {} to {}, which is too narrow for differences "
                            "between points in it; widen it or give the function its own units",
                            i + 1, lower[i], upper[i]));
        }
    }
}

MatrixD Box::to_x(const MatrixD& z) const {
    const VectorD center = lower / 2 + upper / 2;
    const VectorD half = upper / 2 - lower / 2;
    MatrixD x(z.rows(), z.cols());
    for (Eigen::Index i = 0; i < z.rows(); ++i) {
        const VectorD row = center + half.cwiseProduct(z.row(i).transpose());
        x.row(i) = row.cwiseMax(lower).cwiseMin(upper).transpose();
    }
    return x;
}

MatrixD Box::to_z(const MatrixD& x) const {
    const VectorD center = lower / 2 + upper / 2;
    const VectorD half = upper / 2 - lower / 2;
    MatrixD z(x.rows(), x.cols());
    for (Eigen::Index i = 0; i < x.rows(); ++i) {
        z.row(i) = (x.row(i).transpose() - center).cwiseQuotient(half).transpose();
    }
    return z;
}

}  // namespace eckart::probe
