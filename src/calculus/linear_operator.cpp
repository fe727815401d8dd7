#include "eckart/calculus/linear_operator.hpp"

#include <fmt/core.h>

#include <memory>
#include <utility>

#include "eckart/core/error.hpp"
#include "eckart/linalg/product.hpp"

namespace eckart::calculus {

LinearOperator matrix_operator(MatrixD a) {
    if (a.rows() != a.cols()) {
        throw InvalidArgument(fmt::format("a ({}, {}) matrix is no operator on one space; it must be square",
                                          a.rows(), a.cols()));
    }
    const Eigen::Index size = a.rows();
    const auto shared = std::make_shared<const MatrixD>(std::move(a));
    return {size, [shared](const MatrixD& x) { return linalg::multiply(*shared, x); }};
}

}  // namespace eckart::calculus
