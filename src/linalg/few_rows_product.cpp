#include "linalg/few_rows_product.hpp"

#include <dnnl.h>
#include <fmt/core.h>

#include <algorithm>
#include <string>

#include "core/cpu.hpp"
#include "eckart/core/error.hpp"

namespace eckart::linalg {

namespace {

bool has_compiled_kernels() {
    const std::string instructions = core::cpu_instructions();
    return instructions == "AVX2" || instructions.starts_with("AVX-512");
}

/// By strips that stay in cache.
MatrixF transposed(const MatrixF& a) {
    constexpr Eigen::Index kStrip = 32;
    MatrixF result(a.cols(), a.rows());
    for (Eigen::Index begin = 0; begin < a.cols(); begin += kStrip) {
        const Eigen::Index size = std::min(kStrip, a.cols() - begin);
        result.middleRows(begin, size) = a.middleCols(begin, size).transpose();
    }
    return result;
}

/// op(B)t X for x (inner, rows).
MatrixF product_of_transposed(const MatrixF& b, bool transpose_b, const MatrixF& x) {
    const Eigen::Index cols = transpose_b ? b.rows() : b.cols();
    MatrixF product(cols, x.cols());
    const dnnl_status_t status =
        dnnl_sgemm(transpose_b ? 'N' : 'T', 'N', cols, x.cols(), x.rows(), 1.0F, b.data(), b.cols(), x.data(),
                   x.cols(), 0.0F, product.data(), x.cols());
    if (status != dnnl_success) {
        throw NumericalError(fmt::format("multiply: oneDNN failed (status {}) for ({}, {}) times ({}, {})",
                                         static_cast<int>(status), cols, x.rows(), x.rows(), x.cols()));
    }
    return product;
}

}  // namespace

bool suits_few_rows_product(Eigen::Index rows, Eigen::Index inner, Eigen::Index cols) {
    static const bool compiled = has_compiled_kernels();
    constexpr Eigen::Index kFewest = 16;
    constexpr Eigen::Index kMost = 256;
    return compiled && rows >= kFewest && rows <= kMost && std::min(inner, cols) >= 4 * rows;
}

MatrixF few_rows_product(const MatrixF& x, bool transpose_x, const MatrixF& b, bool transpose_b) {
    return transposed(product_of_transposed(b, transpose_b, transpose_x ? x : transposed(x)));
}

}  // namespace eckart::linalg
