#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "eckart/linalg/svd.hpp"

namespace eckart::test {

/// What can be wrong with A = U diag(s) Vt, each as a number that is 0 in exact arithmetic. All sums are
/// formed in double.
struct SvdErrors {
    double reconstruction = 0;   ///< |A - U diag(s) Vt|_F / |A|_F
    double u_orthogonality = 0;  ///< |Ut U - I|_F
    double v_orthogonality = 0;  ///< |Vt V - I|_F
    double disorder = 0;  ///< largest s[i+1] - s[i], or -s[i] where s is negative, over s[0]; 0 if fine
    double tail = 0;      ///< largest | |A - A_r|_F^2 - (sum of the cut s^2) | / |A|_F^2 over all r
};

inline SvdErrors svd_errors(const MatrixD& a, const MatrixD& u, const VectorD& s, const MatrixD& vt) {
    const Eigen::Index k = s.size();
    const double norm = std::max(a.norm(), std::numeric_limits<double>::min());
    SvdErrors errors;
    errors.u_orthogonality = (u.transpose() * u - MatrixD::Identity(k, k)).norm();
    errors.v_orthogonality = (vt * vt.transpose() - MatrixD::Identity(k, k)).norm();
    MatrixD rest = a;
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
SvdErrors svd_errors(const Matrix<T>& a, const linalg::Svd<T>& svd) {
    return svd_errors(a.template cast<double>(), svd.u.template cast<double>(), svd.s.template cast<double>(),
                      svd.vt.template cast<double>());
}

/// c k eps with c = 8, k = min(m, n): LAPACK's bound is a modest polynomial of the sizes times eps, and the
/// largest number seen over the suites that use this is under half of it.
template <class T>
double svd_tolerance(const Matrix<T>& a) {
    const auto k = static_cast<double>(std::min(a.rows(), a.cols()));
    return 8 * (k + 1) * static_cast<double>(std::numeric_limits<T>::epsilon());
}

/// Empty when all numbers are within `tolerance`, else what is wrong.
inline std::string complaint(const SvdErrors& errors, double tolerance) {
    std::string text;
    const auto check = [&](const char* name, double value, double limit) {
        if (!(value <= limit)) {
            text += std::string(name) + " " + std::to_string(value / tolerance) + " tolerances; ";
        }
    };
    check("reconstruction", errors.reconstruction, tolerance);
    check("orthogonality of U", errors.u_orthogonality, tolerance);
    check("orthogonality of V", errors.v_orthogonality, tolerance);
    check("disorder", errors.disorder, 0);
    check("tail", errors.tail, tolerance);
    return text;
}

}  // namespace eckart::test
