#pragma once

#include <memory>

#include "eckart/linalg/svd.hpp"
#include "eckart/model/linear.hpp"

namespace eckart::compress {

/// The layer B A + bias with B = U_r sqrt(s), A = sqrt(s) Vt_r; 1 <= rank <= s.size().
std::unique_ptr<model::FactoredLinear<float>> balanced_factors(const std::string& name,
                                                               const linalg::Svd<float>& svd,
                                                               Eigen::Index rank, const MatrixF& bias);

}  // namespace eckart::compress
