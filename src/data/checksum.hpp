#pragma once

#include <string>

#include "eckart/data/dataset.hpp"

namespace eckart::data {

/// "sha256:..." over labels and pixels of the training set, then of the test set.
std::string checksum_of(const Dataset& train, const Dataset& test);

}  // namespace eckart::data
