#pragma once

#include <algorithm>
#include <cmath>
#include <numbers>

#include "eckart/calculus/linear_operator.hpp"

namespace eckart::test {

/// The five-point Laplacian on a grid (rows, cols) with zeros around it, x stored row by row.
inline calculus::LinearOperator laplacian(Eigen::Index rows, Eigen::Index cols) {
    return {rows * cols, [rows, cols](const MatrixD& x) {
                MatrixD y = 4 * x;
                for (Eigen::Index i = 0; i < rows; ++i) {
                    for (Eigen::Index j = 0; j < cols; ++j) {
                        const Eigen::Index at = i * cols + j;
                        if (i > 0) y.row(at) -= x.row(at - cols);
                        if (i + 1 < rows) y.row(at) -= x.row(at + cols);
                        if (j > 0) y.row(at) -= x.row(at - 1);
                        if (j + 1 < cols) y.row(at) -= x.row(at + 1);
                    }
                }
                return y;
            }};
}

/// Its eigenvalues in closed form, 4 sin^2(i pi / 2(rows + 1)) + 4 sin^2(j pi / 2(cols + 1)), ascending.
inline VectorD laplacian_eigenvalues(Eigen::Index rows, Eigen::Index cols) {
    const auto part = [](Eigen::Index i, Eigen::Index count) {
        const double sine =
            std::sin(static_cast<double>(i) * std::numbers::pi / (2 * static_cast<double>(count + 1)));
        return 4 * sine * sine;
    };
    VectorD values(rows * cols);
    for (Eigen::Index i = 0; i < rows; ++i) {
        for (Eigen::Index j = 0; j < cols; ++j) {
            values[i * cols + j] = part(i + 1, rows) + part(j + 1, cols);
        }
    }
    std::sort(values.data(), values.data() + values.size());
    return values;
}

}  // namespace eckart::test
