#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

#include "eckart/core/matrix.hpp"
#include "eckart/linalg/svd.hpp"

#pragma GCC visibility push(default)

namespace eckart::linalg {

/// Three ways to the r leading singular values and vectors of a matrix (m, n); k = min(m, n).
enum class SvdMethod {
    /// thin_svd(), cut to r: about 6 m n k + 20 k^3 flops.
    kFull,
    /// The r leading eigenvectors of the k x k Gram matrix, in double: about m n k + 4/3 k^3 flops, the first
    /// in products. float only: in double it would lose singular values below 1e-8 of the largest.
    kGram,
    /// Block Krylov iteration from random vectors, until a certificate bounds what it misses: 3/2 m n r flops
    /// per step, 20 m n r in all for spectra like those of layers. Where the certificate does not come, as in
    /// float for errors below about 1 % of |A|_F, one of the other methods takes over.
    kRandomized,
};

/// "full", "gram" or "randomized".
std::string_view to_text(SvdMethod method);

struct TruncatedSvdOptions {
    std::int64_t rank = 0;            ///< r >= 0; cut to min(m, n)
    std::optional<SvdMethod> method;  ///< empty: choose_svd_method()
    /// By which share the error |A - A_r|_F of the randomized method may exceed the optimum, in (0, 1].
    double tolerance = 0.01;
    std::uint64_t seed = 0;  ///< of the random vectors
    /// Memory that may be taken beside `a`, in bytes, as svd_extra_bytes() counts it. Where no method fits,
    /// the one that takes least is used all the same.
    std::size_t max_bytes = std::numeric_limits<std::size_t>::max();

    /// Throws InvalidArgument when a field is outside its range.
    void validate() const;
};

template <class T>
struct TruncatedSvd {
    Svd<T> svd;         ///< u (m, r), s (r), vt (r, n); A_r = U diag(s) Vt
    double energy = 0;  ///< |A|_F^2, summed in double, whose range it may leave
    /// |A - A_r|_F^2 / |A|_F^2 before A_r was rounded to T, in [0, 1]: its root is exact to about eps for
    /// kFull and kRandomized, to 1e-7 sqrt(r) for kGram. 0 for a zero matrix.
    double left_out = 0;
    SvdMethod method = SvdMethod::kFull;  ///< the one that gave the result
    /// Certified: |A - A_r|_F is at most 1 + excess times the smallest error of any matrix of rank r, up to
    /// rounding. 0 for kFull and kGram, at most the tolerance for kRandomized.
    double excess = 0;
    int passes = 0;  ///< products of blocks with A or At that the randomized method took
};

/// The rank r approximation of `a` (m, n) by its r leading singular values and vectors, r = min(rank, m, n).
/// m, n or r may be 0.
///
/// Pass `a` by std::move: it is scaled by a power of two in place. Randomized results hold with a probability
/// of at least 1 - 1e-9 over the seeds, whatever `a` is; without a certificate there is no randomized result.
/// An |A - A_r|_F of at most 32 eps |A|_F counts as exact: excess 0. Up to rounding u and v are orthonormal,
/// s is sorted and |A - A_r|_F^2 is `energy` less the sum of s^2, of order k eps as in thin_svd(). The same
/// `a`, options and threads give the same bits. Cost and memory: see SvdMethod and svd_extra_bytes(). `name`
/// stands for the matrix in errors. Throws InvalidArgument for wrong options, and where LAPACK's 32-bit sizes
/// would overflow (k > 20,000 for kFull, 46,340 for kGram); NumericalError when entries are NaN or infinite
/// (their number is named), when LAPACK does not converge, when a singular value exceeds the range of T, and
/// when the randomized method reaches no certificate and no other fits max_bytes. Reference: Musco and Musco,
/// Randomized block Krylov methods for stronger and faster approximate singular value decomposition, NIPS
/// 2015; docs/maths/truncated-svd.md for the certificate.
template <class T>
TruncatedSvd<T> truncated_svd(Matrix<T> a, const TruncatedSvdOptions& options,
                              std::string_view name = "matrix");

/// The method that takes least time for a matrix (m, n) of `entry_bytes` per entry (4: float, 8: double), of
/// those that take at most `max_bytes`; the one that takes least memory where none does. From a model of
/// measured times: docs/developer/decisions/0025-the-svd-by-measured-cost.md. Throws InvalidArgument for
/// negative sizes.
SvdMethod choose_svd_method(std::int64_t m, std::int64_t n, std::int64_t rank, std::size_t entry_bytes,
                            std::size_t max_bytes = std::numeric_limits<std::size_t>::max());

/// About the largest number of bytes that `method` holds at a time beside the matrix (m, n), its result
/// included.
std::size_t svd_extra_bytes(SvdMethod method, std::int64_t m, std::int64_t n, std::int64_t rank,
                            std::size_t entry_bytes);

}  // namespace eckart::linalg

#pragma GCC visibility pop
