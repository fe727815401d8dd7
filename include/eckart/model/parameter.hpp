#pragma once

#include <string>

#include "eckart/core/matrix.hpp"

#pragma GCC visibility push(default)

namespace eckart::model {

/// A named trainable tensor. A bias of m entries is kept as (1, m) and saved with shape (m).
template <class T>
struct Parameter {
    std::string name;  ///< as in PyTorch's state_dict, e.g. "fc1.weight"
    Matrix<T> value;
    Matrix<T> gradient;  ///< empty until the first backward pass
    bool is_vector = false;
};

}  // namespace eckart::model

#pragma GCC visibility pop
