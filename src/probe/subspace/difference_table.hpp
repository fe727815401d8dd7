#pragma once

#include "eckart/core/matrix.hpp"

namespace eckart::probe {

struct TableNoise {
    double sigma = 0;  ///< standard deviation of the noise
    bool resolved =
        false;          ///< three orders agree, so it is noise; otherwise sigma is the smallest of all orders
    bool flat = false;  ///< all values are equal
};

/// The noise of `values` (m, at least 5) at equally spaced points, by the table of their differences. The
/// k-th difference of a smooth function falls with the k-th power of the spacing, that of independent noise
/// has the variance sigma^2 (2k)! / (k!)^2, so sigma_k^2 = (k!)^2 / (2k)! * mean of its squares stops
/// changing with k where only noise is left. The first k at which sigma_k, sigma_k+1, sigma_k+2 agree within
/// a factor of 4 and the differences change sign gives the answer. Reference: J. J. More, S. M. Wild,
/// Estimating computational noise, SIAM J. Sci. Comput. 33, 2011.
TableNoise difference_table_noise(const VectorD& values);

}  // namespace eckart::probe
