#include "linalg/randomized_svd.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "eckart/core/random_matrix.hpp"
#include "eckart/linalg/product.hpp"
#include "eckart/linalg/qr.hpp"
#include "linalg/small_side.hpp"
#include "linalg/svd_certificate.hpp"

namespace eckart::linalg {

namespace {

/// Orthonormal rows (b, k), orthogonal to those of x, that span what `r` (b, k) adds to them. Rows of r that
/// add nothing are replaced by random ones.
template <class T>
Matrix<T> new_directions(Matrix<T> r, const Matrix<T>& x, Rng rng) {
    if (r.rows() == 0) return r;
    const T nothing = 100 * std::numeric_limits<T>::epsilon() * r.rowwise().norm().maxCoeff();
    // What is left of cancellation, or of random rows, is orthogonal only after another time, and "twice is
    // enough" (Parlett).
    for (int pass = 0; pass < 3; ++pass) {
        if (x.rows() > 0) r = without_projection(std::move(r), x);
        const Qr<T> qr = thin_qr<T>(r.transpose());
        r = qr.q.transpose();
        if (pass > 0) continue;
        for (Eigen::Index i = 0; i < r.rows(); ++i) {
            if (std::abs(qr.r(i, i)) > nothing) continue;
            for (T& entry : r.row(i)) entry = static_cast<T>(rng.normal());
        }
    }
    return r;
}

template <class T>
void append_rows(Matrix<T>& matrix, const Matrix<T>& rows) {
    const Eigen::Index before = matrix.rows();
    matrix.conservativeResize(before + rows.rows(), rows.cols());
    matrix.bottomRows(rows.rows()) = rows;
}

template <class T>
void append(RitzSpace<T>& space, const Matrix<T>& block, SmallSide<T>& side) {
    const Matrix<T> y = side.to_large(block);
    append_rows(space.x, block);
    append_rows(space.y, y);
    append_rows(space.z, side.to_small(y));
}

/// The space of the leading Ritz vectors.
template <class T>
void cut_down(RitzSpace<T>& space, const RitzCertificate& ritz, Eigen::Index count) {
    const Matrix<T> leading = ritz.vectors.leftCols(count).template cast<T>();
    for (Matrix<T>* rows : {&space.x, &space.y, &space.z}) *rows = multiply_tn(leading, *rows);
}

template <class T>
Svd<T> ritz_svd(const RitzSpace<T>& space, const RitzCertificate& ritz, Eigen::Index rank, bool of_columns,
                std::string_view name) {
    const Matrix<T> leading = ritz.vectors.leftCols(rank).template cast<T>();
    const Matrix<T> basis = multiply_tn(leading, space.x);
    Svd<T> svd = thin_svd<T>(multiply_tn(leading, space.y), name);
    svd.u = multiply_tn(basis, svd.u);
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
    return std::max<Eigen::Index>(16, (rank + 31) / 32 * 16);
}

Eigen::Index krylov_space(Eigen::Index rank, Eigen::Index small) {
    return std::min(small, rank + 5 * krylov_block(rank));
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

    RitzSpace<T> space{Matrix<T>(0, k), Matrix<T>(0, side.large()), Matrix<T>(0, k)};
    Rng start = rng.fork("start");
    Matrix<T> block = side.to_small(normal_matrix<T>(std::min(block_size, k), side.large(), start));
    block = new_directions(std::move(block), space.x, rng.fork("first"));
    for (int step = 0; step < options.most_steps; ++step) {
        const Rng here = rng.fork(static_cast<std::uint64_t>(step));
        append(space, block, side);
        RitzCertificate ritz;
        if (space.x.rows() >= std::min(k, r + block_size / 2)) {
            ritz = certify(side, space, wanted, here.fork("probes"));
            if (ritz.holds || ritz.squared_error <= 64 * kEps * options.energy) {
                RandomizedSvd<T> result{true, ritz_svd(space, ritz, r, side.of_columns(), name), ritz.excess,
                                        side.passes()};
                const double nothing = 32 * kEps * std::sqrt(options.energy);
                if (ritz.holds || distance(a, result.svd) <= nothing) return result;
            }
        }
        // Before the space is cut down: the new directions are what the products have beyond all of it.
        const Eigen::Index size = std::min(block.rows(), k - space.x.rows());
        block = new_directions<T>(space.z.bottomRows(block.rows()).topRows(size), space.x,
                                  here.fork("directions"));
        if (space.x.rows() + size > krylov_space(r, k)) cut_down(space, ritz, r + block_size);
    }
    return {false, {}, 0, side.passes()};
}

template RandomizedSvd<float> randomized_svd<float>(const Matrix<float>&, const RandomizedSvdOptions&,
                                                    std::string_view);
template RandomizedSvd<double> randomized_svd<double>(const Matrix<double>&, const RandomizedSvdOptions&,
                                                      std::string_view);

}  // namespace eckart::linalg
