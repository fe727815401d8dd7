#include "calculus/orthonormalize.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "eckart/linalg/product.hpp"
#include "eckart/linalg/symmetric_eigen.hpp"

namespace eckart::calculus {

namespace {

constexpr double kEps = std::numeric_limits<double>::epsilon();
constexpr int kPasses = 4;
/// A column of norm 1 of which less than this is left beside the basis is rounding.
constexpr double kDependent = 50 * kEps;

double largest_entry(const MatrixD& a) {
    return a.size() > 0 ? a.cwiseAbs().maxCoeff() : 0;
}

/// The columns with a norm above `smallest`, scaled to norm 1. Entries may be tiny or huge.
MatrixD unit_columns(const MatrixD& block, double smallest) {
    std::vector<Eigen::Index> kept;
    std::vector<double> scales;
    for (Eigen::Index j = 0; j < block.cols(); ++j) {
        const double norm = block.col(j).stableNorm();
        if (!(norm > smallest)) continue;
        kept.push_back(j);
        scales.push_back(norm);
    }
    MatrixD unit = block(Eigen::all, kept);
    for (Eigen::Index j = 0; j < unit.cols(); ++j) unit.col(j) /= scales[static_cast<std::size_t>(j)];
    return unit;
}

/// block V Lambda^-1/2 for the Gram matrix V Lambda Vt of a block with unit columns, without the directions
/// that its squares cannot tell from rounding.
MatrixD orthonormalized(const MatrixD& block, const MatrixD& gram) {
    const linalg::SymmetricEigen<double> eigen = linalg::symmetric_eigen(gram, "a Gram matrix");
    const Eigen::Index k = gram.rows();
    const double smallest = static_cast<double>(k) * 10 * kEps * eigen.values[k - 1];
    const auto dropped = static_cast<Eigen::Index>((eigen.values.array() <= smallest).count());
    MatrixD map = eigen.vectors.rightCols(k - dropped);
    map *= eigen.values.tail(k - dropped).cwiseSqrt().cwiseInverse().asDiagonal();
    return linalg::multiply(block, map);
}

}  // namespace

MatrixD orthonormalize_against(const MatrixD& basis, MatrixD block) {
    const auto size = static_cast<double>(basis.cols() + block.cols());
    const double tolerance = 10 * (size + std::sqrt(static_cast<double>(block.rows()))) * kEps;
    block = unit_columns(block, 0);
    for (int pass = 0; pass < kPasses && block.cols() > 0; ++pass) {
        double overlap = 0;
        if (basis.cols() > 0) {
            const MatrixD coefficients = linalg::multiply_tn(basis, block);
            overlap = largest_entry(coefficients);
            block -= linalg::multiply(basis, coefficients);
        }
        if (pass == 0) {
            block = unit_columns(block, kDependent);
            if (block.cols() == 0) break;
        }
        const MatrixD gram = linalg::multiply_tn(block, block);
        const double error = largest_entry(gram - MatrixD::Identity(gram.rows(), gram.cols()));
        if (pass > 0 && std::max(overlap, error) <= tolerance) break;
        block = orthonormalized(block, gram);
    }
    return block;
}

}  // namespace eckart::calculus
