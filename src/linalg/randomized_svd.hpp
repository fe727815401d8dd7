#pragma once

#include <cstdint>
#include <string_view>

#include "eckart/linalg/svd.hpp"

namespace eckart::linalg {

struct RandomizedSvdOptions {
    Eigen::Index rank = 0;  ///< 1 <= rank <= k
    double tolerance = 0.01;
    std::uint64_t seed = 0;
    double energy = 0;   ///< |A|_F^2
    int most_steps = 0;  ///< of kRandomizedSteps; more only where no other method may be used
};

template <class T>
struct RandomizedSvd {
    bool certified = false;  ///< else nothing else is set but the passes
    Svd<T> svd;
    double excess = 0;
    double squared_error = 0;  ///< |A - A_r|_F^2
    int passes = 0;
};

constexpr int kRandomizedSteps = 12;
constexpr int kRandomizedStepsAtMost = 60;

/// Columns per step, and the largest space before it is cut down to its best part.
Eigen::Index krylov_block(Eigen::Index rank);
Eigen::Index krylov_space(Eigen::Index rank, Eigen::Index small);

/// Block Krylov iteration with a certificate after every step. Entries of `a` are at most 1 in size.
template <class T>
RandomizedSvd<T> randomized_svd(const Matrix<T>& a, const RandomizedSvdOptions& options,
                                std::string_view name);

}  // namespace eckart::linalg
