#include "linalg/randomized_svd.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "eckart/core/error.hpp"
#include "eckart/core/random_matrix.hpp"
#include "eckart/linalg/product.hpp"
#include "linalg/lapack.hpp"
#include "linalg/ritz_space.hpp"
#include "linalg/small_side.hpp"
#include "linalg/svd_certificate.hpp"

namespace eckart::linalg {

namespace {

/// R = L Q for r (b, k), b <= k: Q, with orthonormal rows, in the place of r. Returns L (b, b), lower
/// triangular: its diagonal is what each row had beyond those before it, up to the sign. The rows are the
/// columns that LAPACK wants, one after the other in memory.
template <class T>
Matrix<T> orthonormalize_rows(Matrix<T>& r) {
    const auto length = static_cast<int>(r.cols());
    const auto count = static_cast<int>(r.rows());
    Vector<T> tau(count);
    int info = lapack::geqrf(length, count, r.data(), tau.data());
    Matrix<T> factor = r.leftCols(count).template triangularView<Eigen::Lower>();
    if (info == 0) info = lapack::orgqr(length, count, r.data(), tau.data());
    if (info != 0) throw NumericalError(fmt::format("QR decomposition: LAPACK failed (info {})", info));
    return factor;
}

template <class T>
struct Directions {
    Matrix<T> rows;
    bool complete = true;  ///< none was replaced
};

/// Orthonormal rows (b, k), orthogonal to those of x, that span what `r` (b, k) adds to them. Rows of r that
/// add nothing are replaced by random ones.
template <class T>
Directions<T> new_directions(Matrix<T> r, const Matrix<T>& x, Rng rng) {
    if (r.rows() == 0) return {std::move(r)};
    const T nothing = 100 * std::numeric_limits<T>::epsilon() * r.rowwise().norm().maxCoeff();
    // What is left of cancellation is orthogonal only after another time, and then "twice is enough" (Parlett
    // 1998, 6.9); a random row may need it again.
    bool complete = true;
    for (int pass = 0; pass < (complete ? 2 : 3); ++pass) {
        if (x.rows() > 0) r = without_projection(std::move(r), x);
        const Vector<T> added = orthonormalize_rows(r).diagonal();
        for (Eigen::Index i = 0; pass == 0 && i < r.rows(); ++i) {
            if (std::abs(added[i]) > nothing) continue;
            for (T& entry : r.row(i)) entry = static_cast<T>(rng.normal());
            complete = false;
        }
    }
    return {std::move(r), complete};
}

template <class T>
Svd<T> ritz_svd(const RitzSpace<T>& space, Eigen::Index rank, bool of_columns, std::string_view name) {
    const Matrix<T> leading = space.leading_vectors(rank);
    const Matrix<T> basis = multiply_tn(leading, space.x());
    Matrix<T> rows = multiply_tn(leading, space.y());
    Svd<T> svd = thin_svd<T>(orthonormalize_rows(rows), name);
    svd.u = multiply_tn(basis, svd.u);
    svd.vt = multiply(svd.vt, rows);
    if (!of_columns) return svd;
    return {svd.vt.transpose(), svd.s, svd.u.transpose()};
}

/// |A - U diag(s) Vt|_F, by blocks of rows.
template <class T>
double distance(const Matrix<T>& a, const Svd<T>& svd) {
    constexpr Eigen::Index kRows = 256;
    double sum = 0;
    for (Eigen::Index begin = 0; begin < a.rows(); begin += kRows) {
        const Eigen::Index rows = std::min(kRows, a.rows() - begin);
        const Matrix<T> us = svd.u.middleRows(begin, rows) * svd.s.asDiagonal();
        sum += (a.middleRows(begin, rows) - multiply(us, svd.vt)).template cast<double>().squaredNorm();
    }
    return std::sqrt(sum);
}

}  // namespace

Eigen::Index krylov_block(Eigen::Index rank) {
    return std::max<Eigen::Index>(16, (3 * rank / 8 + 15) / 16 * 16);
}

Eigen::Index krylov_space(Eigen::Index rank, Eigen::Index small) {
    return std::min(small, rank + 7 * krylov_block(rank));
}

template <class T>
RandomizedSvd<T> randomized_svd(const Matrix<T>& a, const RandomizedSvdOptions& options,
                                std::string_view name) {
    const Rng rng = Rng(options.seed).fork("randomized svd");
    SmallSide<T> side(a);
    const Eigen::Index r = options.rank;
    const Eigen::Index k = side.small();
    const Eigen::Index block_size = krylov_block(r);
    constexpr double kEps = std::numeric_limits<T>::epsilon();
    const CertificateOptions wanted{r, options.tolerance, options.energy};

    RitzSpace<T> space(side);
    Rng start = rng.fork("start");
    Directions<T> block{side.to_small(normal_matrix<T>(std::min(block_size, k), side.large(), start))};
    block = new_directions(std::move(block.rows), space.x(), rng.fork("first"));
    bool settled = true;
    for (int step = 0; step < options.most_steps; ++step) {
        const Rng here = rng.fork(static_cast<std::uint64_t>(step));
        const Eigen::Index before = space.size();
        space.append(block.rows, side);
        if (settled) space.settle(before);
        if (space.size() >= std::min(k, 2 * r)) {
            const RitzCertificate found = certify(side, space, wanted, here.fork("probes"));
            if (found.holds || found.squared_error <= 64 * kEps * options.energy) {
                RandomizedSvd<T> result{true, ritz_svd(space, r, side.of_columns(), name), found.excess,
                                        found.squared_error, side.passes()};
                // What is left of two large sums says nothing of a small error.
                const bool small = found.squared_error <= 64 * kEps * options.energy;
                if (small) result.squared_error = std::pow(distance(a, result.svd), 2);
                const double nothing = 32 * kEps * std::sqrt(options.energy);
                if (found.holds || std::sqrt(result.squared_error) <= nothing) return result;
            }
        }
        // Before the space is cut down: the new directions are what the products have beyond all of it.
        const Eigen::Index added = std::min(block.rows.rows(), k - space.size());
        block = new_directions<T>(space.z().bottomRows(block.rows.rows()).topRows(added), space.x(),
                                  here.fork("directions"));
        settled = settled && block.complete;
        if (space.size() + added > krylov_space(r, k)) {
            space.cut_down(r + block_size);
            settled = false;
        }
    }
    RandomizedSvd<T> none;
    none.passes = side.passes();
    return none;
}

template RandomizedSvd<float> randomized_svd<float>(const Matrix<float>&, const RandomizedSvdOptions&,
                                                    std::string_view);
template RandomizedSvd<double> randomized_svd<double>(const Matrix<double>&, const RandomizedSvdOptions&,
                                                      std::string_view);

}  // namespace eckart::linalg
