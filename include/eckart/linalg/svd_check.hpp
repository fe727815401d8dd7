#pragma once

#include "eckart/linalg/svd.hpp"

#pragma GCC visibility push(default)

namespace eckart::linalg {

/// What can be wrong with A = U diag(s) Vt, each as a number that is 0 in exact arithmetic. All sums are
/// formed in double.
struct SvdErrors {
    double reconstruction = 0;   ///< |A - U diag(s) Vt|_F / |A|_F
    double u_orthogonality = 0;  ///< |Ut U - I|_F
    double v_orthogonality = 0;  ///< |Vt V - I|_F
    double disorder = 0;  ///< largest s[i+1] - s[i], or -s[i] where s is negative, over |A|_F; 0 if fine
    double tail = 0;      ///< largest | |A - A_r|_F^2 - (sum of the cut s^2) | / |A|_F^2 over all r
};

/// The errors of `svd` as a decomposition of `a` (m, n). 2 m n k flops each for the products and the tails,
/// k = min(m, n). `svd` must have the shapes of thin_svd(a).
template <class T>
SvdErrors svd_errors(const Matrix<T>& a, const Svd<T>& svd);

/// 8 (k + 1) eps: what the numbers of a decomposition in T stay below. LAPACK's bound is a modest polynomial
/// of the sizes times eps; the largest number seen over the suites that use this is under half of it.
template <class T>
double svd_tolerance(const Matrix<T>& a);

}  // namespace eckart::linalg

#pragma GCC visibility pop
