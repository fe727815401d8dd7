#include "linalg/few_rows_product.hpp"

#include <dnnl.h>
#include <fmt/core.h>

#include <algorithm>
#include <new>

#include "eckart/core/error.hpp"

namespace eckart::linalg {

namespace {

bool has_wide_kernels() {
#if defined(__x86_64__)
    const auto used = static_cast<unsigned>(dnnl_get_effective_cpu_isa());
    return (used & dnnl_cpu_isa_avx2) == dnnl_cpu_isa_avx2;
#else
    return false;
#endif
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
    if (status == dnnl_out_of_memory) throw std::bad_alloc();
    if (status != dnnl_success) {
        throw BackendError(fmt::format("oneDNN failed (status {}) at ({}, {}) times ({}, {})",
                                       static_cast<int>(status), x.cols(), x.rows(), x.rows(), cols));
    }
    return product;
}

}  // namespace

bool suits_few_rows_product(Eigen::Index rows, Eigen::Index inner, Eigen::Index cols) {
    static const bool wide = has_wide_kernels();
    constexpr Eigen::Index kFewest = 16;
    constexpr Eigen::Index kMost = 256;
    return wide && rows >= kFewest && rows <= kMost && std::min(inner, cols) >= 4 * rows;
}

MatrixF few_rows_product(const MatrixF& x, bool transpose_x, const MatrixF& b, bool transpose_b) {
    if (transpose_x) return transposed(product_of_transposed(b, transpose_b, x));
    return transposed(product_of_transposed(b, transpose_b, transposed(x)));
}

}  // namespace eckart::linalg
