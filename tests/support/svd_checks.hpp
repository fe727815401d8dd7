#pragma once

#include <fmt/core.h>

#include <string>

#include "eckart/linalg/svd_check.hpp"

namespace eckart::test {

using linalg::svd_errors;
using linalg::svd_tolerance;
using linalg::SvdErrors;

/// Empty when all numbers are within `tolerance`, else what is wrong.
inline std::string complaint(const SvdErrors& errors, double tolerance) {
    std::string text;
    const auto check = [&](const char* name, double value, double limit) {
        if (!(value <= limit)) {
            text += fmt::format("{} {} tolerances; ", name, value / tolerance);
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
