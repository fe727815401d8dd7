#include "eckart/linalg/svd_check.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/shown.hpp"
#include "linalg/power_of_two.hpp"

namespace eckart::linalg {

namespace {

/// |At A - I|_F.
double orthogonality(const MatrixD& a) {
    return (a.transpose() * a - MatrixD::Identity(a.cols(), a.cols())).norm();
}

}  // namespace

template <class T>
SvdErrors svd_errors(const Matrix<T>& a, const Svd<T>& svd) {
    const MatrixD u = svd.u.template cast<double>();
    const MatrixD vt = svd.vt.template cast<double>();
    // By a power of two, so that no square leaves the range of double.
    const int exponent = exponent_of(a);
    const VectorD s =
        svd.s.template cast<double>().unaryExpr([=](double x) { return std::ldexp(x, -exponent); });
    const Eigen::Index k = s.size();
    MatrixD rest = times_power_of_two<double>(a.template cast<double>(), -exponent);
    const double norm = std::max(rest.norm(), std::numeric_limits<double>::min());
    SvdErrors errors;
    errors.u_orthogonality = orthogonality(u);
    errors.v_orthogonality = orthogonality(vt.transpose());
    double cut = s.squaredNorm();
    for (Eigen::Index r = 0; r < k; ++r) {
        errors.tail = std::max(errors.tail, std::abs(rest.squaredNorm() - cut) / (norm * norm));
        rest -= s[r] * u.col(r) * vt.row(r);
        cut -= s[r] * s[r];
        const double step = r + 1 < k ? s[r + 1] - s[r] : 0;
        errors.disorder = std::max({errors.disorder, step / norm, -s[r] / norm});
    }
    errors.reconstruction = rest.norm() / norm;
    return errors;
}

template <class T>
double svd_tolerance(const Matrix<T>& a) {
    const auto k = static_cast<double>(std::min(a.rows(), a.cols()));
    return 8 * (k + 1) * static_cast<double>(std::numeric_limits<T>::epsilon());
}

#define ECKART_INSTANTIATE(T)                                                       \
    template ECKART_SHOWN SvdErrors svd_errors<T>(const Matrix<T>&, const Svd<T>&); \
    template ECKART_SHOWN double svd_tolerance<T>(const Matrix<T>&);
ECKART_INSTANTIATE(float)
ECKART_INSTANTIATE(double)
#undef ECKART_INSTANTIATE

}  // namespace eckart::linalg
