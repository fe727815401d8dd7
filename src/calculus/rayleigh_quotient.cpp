#include "eckart/calculus/rayleigh_quotient.hpp"

#include <fmt/core.h>

#include <memory>
#include <utility>

#include "calculus/checked_apply.hpp"
#include "eckart/core/error.hpp"
#include "eckart/linalg/product.hpp"
#include "eckart/linalg/svd.hpp"
#include "eckart/linalg/symmetric_eigen.hpp"

namespace eckart::calculus {

namespace {

/// x / scale with entries of at most 1, so that its square neither overflows nor underflows.
struct ScaledPoint {
    double scale;
    VectorD x;
    double square;  ///< (x, x) of the scaled x
};

ScaledPoint scaled(const VectorD& x, Eigen::Index size) {
    require_vector(x, size, "x");
    const double scale = x.cwiseAbs().maxCoeff();
    if (scale == 0) {
        throw InvalidArgument(
            fmt::format("x ({}) is zero, where the Rayleigh quotient has no value; pass another x", size));
    }
    // Not x * (1 / scale): that overflows for subnormal scales.
    VectorD unit = x / scale;
    const double square = unit.squaredNorm();
    return {scale, std::move(unit), square};
}

/// Value, and gradient with respect to the scaled x.
RayleighPoint at(const ScaledPoint& point, const VectorD& image) {
    const double value = point.x.dot(image) / point.square;
    return {value, 2 / point.square * (image - value * point.x)};
}

/// The Hessian with respect to the scaled x, applied to V (n, k) whose image under A is given.
MatrixD hessian_times(const ScaledPoint& point, const RayleighPoint& quotient, const MatrixD& v,
                      const MatrixD& image) {
    const Eigen::RowVectorXd along_x = point.x.transpose() * v;
    const Eigen::RowVectorXd along_g = quotient.gradient.transpose() * v;
    return 2 / point.square * (image - quotient.value * v - quotient.gradient * along_x - point.x * along_g);
}

constexpr const char* kMatrixName = "the matrix of a Rayleigh quotient";

std::shared_ptr<const MatrixD> checked(MatrixD a, double tolerance) {
    linalg::require_finite<double>(a, kMatrixName);
    linalg::require_symmetric<double>(a, tolerance, kMatrixName);
    return std::make_shared<const MatrixD>(std::move(a));
}

}  // namespace

RayleighQuotient::RayleighQuotient(MatrixD a, double tolerance)
    : RayleighQuotient(checked(std::move(a), tolerance)) {}

RayleighQuotient::RayleighQuotient(std::shared_ptr<const MatrixD> matrix)
    : matrix_(std::move(matrix)), operator_{matrix_->rows(), [a = matrix_](const MatrixD& x) {
                                                return linalg::multiply(*a, x);
                                            }} {
    require_operator(operator_, kMatrixName);
}

RayleighQuotient::RayleighQuotient(LinearOperator a) : operator_(std::move(a)) {
    require_operator(operator_);
}

double RayleighQuotient::value(const VectorD& x) const {
    const ScaledPoint point = scaled(x, size());
    return point.x.dot(VectorD(checked_apply(operator_, point.x))) / point.square;
}

RayleighPoint RayleighQuotient::evaluate(const VectorD& x) const {
    const ScaledPoint point = scaled(x, size());
    RayleighPoint result = at(point, checked_apply(operator_, point.x));
    result.gradient /= point.scale;
    return result;
}

VectorD RayleighQuotient::hessian_vector(const VectorD& x, const VectorD& v) const {
    const ScaledPoint point = scaled(x, size());
    require_vector(v, size(), "v");
    MatrixD both(size(), 2);
    both << point.x, v;
    const MatrixD images = checked_apply(operator_, both);
    const RayleighPoint quotient = at(point, images.col(0));
    return hessian_times(point, quotient, v, images.col(1)) / point.scale / point.scale;
}

LinearOperator RayleighQuotient::hessian_operator(const VectorD& x) const {
    ScaledPoint point = scaled(x, size());
    RayleighPoint quotient = at(point, checked_apply(operator_, point.x));
    return {size(),
            [a = operator_, point = std::move(point), quotient = std::move(quotient)](const MatrixD& v) {
                const MatrixD image = checked_apply(a, v);
                return MatrixD(hessian_times(point, quotient, v, image) / point.scale / point.scale);
            }};
}

MatrixD RayleighQuotient::hessian(const VectorD& x) const {
    const ScaledPoint point = scaled(x, size());
    const RayleighPoint quotient = at(point, checked_apply(operator_, point.x));
    MatrixD h = matrix_ ? *matrix_ : checked_apply(operator_, MatrixD::Identity(size(), size()));
    h.diagonal().array() -= quotient.value;
    const MatrixD mixed = quotient.gradient * point.x.transpose();
    h -= mixed + mixed.transpose();
    return 2 / point.square * h / point.scale / point.scale;
}

}  // namespace eckart::calculus
