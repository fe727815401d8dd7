#include "eckart/train/orthogonal_step.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/shown.hpp"
#include "eckart/core/error.hpp"
#include "eckart/linalg/matrix_exponential.hpp"
#include "eckart/linalg/product.hpp"
#include "eckart/linalg/qr.hpp"
#include "eckart/linalg/symmetric_eigen.hpp"

namespace eckart::train {

namespace {

/// exp(K) U = U x + N z.
template <class T>
struct Coefficients {
    Matrix<T> x;  ///< (r, r)
    Matrix<T> z;  ///< (r, r)
};

/// What the products of [U D] say of K.
template <class T>
struct Generator {
    Matrix<T> e;     ///< Ut U - I
    Matrix<T> h;     ///< Ut D
    Matrix<T> s;     ///< the skew part of h
    Matrix<T> gram;  ///< Nt N = Dt D - Ht H
};

/// `dd` is Dt D.
template <class T>
Generator<T> generator_of(const Matrix<T>& u, const Matrix<T>& d, const Matrix<T>& dd) {
    const Eigen::Index r = u.cols();
    Generator<T> k;
    k.e = linalg::multiply_tn<T>(u, u) - Matrix<T>::Identity(r, r);
    k.h = linalg::multiply_tn<T>(u, d);
    k.s = (k.h - k.h.transpose()) / T(2);
    k.gram = dd - linalg::multiply_tn<T>(k.h, k.h);
    return k;
}

/// The terms of the series follow from each other: X_{k+1} = (S X_k - Nt N Z_k) / (k + 1), Z_{k+1} = X_k /
/// (k + 1). `size` is |D|_F, at least |K|_2.
template <class T>
Coefficients<T> by_series(const Generator<T>& k, double size) {
    const Eigen::Index r = k.s.rows();
    constexpr double kSmall = std::numeric_limits<T>::epsilon() / 8;
    Matrix<T> x = k.s;
    Matrix<T> z = Matrix<T>::Identity(r, r);
    Coefficients<T> sum{Matrix<T>::Identity(r, r) + x, z};
    double term = size;
    for (int order = 2; term > kSmall; ++order) {
        Matrix<T> next = (linalg::multiply<T>(k.s, x) - linalg::multiply<T>(k.gram, z)) / T(order);
        z = x / T(order);
        x = std::move(next);
        sum.x += x;
        sum.z += z;
        term *= size / order;
    }
    return sum;
}

/// Nt N = P diag(d^2) Pt gives R = diag(d) Pt and Q = N P diag(1/d), without the directions that N, of `n`
/// rows, does not have or that are below the rounding of a step of norm `size`.
Coefficients<double> by_exponential(const Generator<double>& k, double size, Eigen::Index n) {
    const Eigen::Index r = k.s.rows();
    const linalg::SymmetricEigen<double> gram = linalg::symmetric_eigen<double>(k.gram, "Nt N");
    const double noise = static_cast<double>(n) * std::numeric_limits<double>::epsilon() * size * size;
    const auto above = static_cast<Eigen::Index>((gram.values.array() > noise).count());
    const Eigen::Index width = std::min(above, n - r);
    const MatrixD p = gram.vectors.rightCols(width);
    const VectorD d = gram.values.tail(width).cwiseSqrt();
    MatrixD skew = MatrixD::Zero(r + width, r + width);
    skew.topLeftCorner(r, r) = k.s;
    skew.bottomLeftCorner(width, r) = d.asDiagonal() * p.transpose();
    skew.topRightCorner(r, width) = -skew.bottomLeftCorner(width, r).transpose();
    const MatrixD turned = linalg::expm_skew<double>(skew);
    const MatrixD q = d.cwiseInverse().asDiagonal() * turned.bottomLeftCorner(width, r);
    return {turned.topLeftCorner(r, r), linalg::multiply<double>(p, q)};
}

/// U (I - E / 2) x + N z; N = D - U H is not formed.
template <class T>
Matrix<T> moved(const Matrix<T>& u, const Matrix<T>& d, const Generator<T>& k, const Coefficients<T>& c) {
    const Matrix<T> inside = c.x - linalg::multiply<T>(k.e, c.x) / T(2) - linalg::multiply<T>(k.h, c.z);
    return linalg::multiply<T>(u, inside) + linalg::multiply<T>(d, c.z);
}

/// The Q of U = Q R with the signs that make R's diagonal positive, so that columns keep their direction.
template <class T>
Matrix<T> orthonormalized(const Matrix<T>& u) {
    linalg::Qr<T> qr = linalg::thin_qr<T>(u);
    for (Eigen::Index i = 0; i < qr.q.cols(); ++i) {
        if (qr.r(i, i) < 0) qr.q.col(i) = -qr.q.col(i);
    }
    return std::move(qr.q);
}

template <class T>
MatrixD in_double(const Matrix<T>& a) {
    return a.template cast<double>();
}

template <class T>
void require_shapes(const Matrix<T>& u, const Matrix<T>& step) {
    if (u.rows() >= u.cols() && step.rows() == u.rows() && step.cols() == u.cols()) return;
    throw InvalidArgument(
        fmt::format("geodesic_step: U ({}, {}) and a step ({}, {}); both must be (n, r) with r <= n",
                    u.rows(), u.cols(), step.rows(), step.cols()));
}

}  // namespace

template <class T>
double orthogonality_drift(const Matrix<T>& u) {
    const MatrixD wide = in_double<T>(u);
    return linalg::frobenius_distance<double>(linalg::multiply_tn<double>(wide, wide),
                                              MatrixD::Identity(u.cols(), u.cols()));
}

template <class T>
bool geodesic_step(Matrix<T>& u, const Matrix<T>& step) {
    require_shapes(u, step);
    const Matrix<T> dd = linalg::multiply_tn<T>(step, step);
    const double size = std::sqrt(static_cast<double>(dd.trace()));
    if (!(size <= kLongestStep) || !u.allFinite()) return false;
    if (size == 0) return true;
    if (size > 1) {
        const MatrixD wide = orthonormalized<double>(in_double<T>(u));
        const MatrixD d = in_double<T>(step);
        const Generator<double> k = generator_of<double>(wide, d, linalg::multiply_tn<double>(d, d));
        u = moved<double>(wide, d, k, by_exponential(k, size, u.rows())).template cast<T>();
        return true;
    }
    Generator<T> k = generator_of<T>(u, step, dd);
    if (linalg::frobenius_norm<T>(k.e) > kLargestDrift) {
        u = orthonormalized<T>(u);
        k = generator_of<T>(u, step, dd);
    }
    u = moved<T>(u, step, k, by_series<T>(k, size));
    return true;
}

template ECKART_SHOWN double orthogonality_drift<float>(const Matrix<float>&);
template ECKART_SHOWN double orthogonality_drift<double>(const Matrix<double>&);
template ECKART_SHOWN bool geodesic_step<float>(Matrix<float>&, const Matrix<float>&);
template ECKART_SHOWN bool geodesic_step<double>(Matrix<double>&, const Matrix<double>&);

}  // namespace eckart::train
