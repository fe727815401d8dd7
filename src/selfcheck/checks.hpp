#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "eckart/calculus/derivative_check.hpp"
#include "eckart/core/random_matrix.hpp"
#include "eckart/selfcheck/selfcheck.hpp"

namespace eckart::selfcheck {

// One function per subject, each in its own file.
std::vector<Check> calculus_checks(const Rng& rng);
std::vector<Check> network_checks(const Rng& rng);
std::vector<Check> svd_checks(const Rng& rng);
std::vector<Check> exponential_checks(const Rng& rng);
std::vector<Check> kernel_checks(const Rng& rng);
std::vector<Check> file_checks(const Rng& rng, const std::filesystem::path& folder);

/// What the derivative checker saw.
Finding finding_of(std::string name, const calculus::DerivativeCheck& check, double bound);

/// |X - Y|_F / |Y|_F.
inline double relative_distance(const MatrixD& x, const MatrixD& y) {
    return (x - y).norm() / y.norm();
}

}  // namespace eckart::selfcheck
