#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "eckart/linalg/product.hpp"
#include "eckart/linalg/qr.hpp"
#include "random_matrix.hpp"

namespace eckart::test {

inline VectorD random_vector(Eigen::Index size, Rng& rng) {
    return random_matrix<double>(size, 1, rng);
}

/// Q diag(values) Qt with a random orthogonal Q, exactly symmetric.
inline MatrixD with_eigenvalues(const VectorD& values, Rng& rng) {
    const MatrixD q = linalg::thin_qr<double>(random_matrix<double>(values.size(), values.size(), rng)).q;
    const MatrixD a = linalg::multiply_nt<double>(q * values.asDiagonal(), q);
    return (a + a.transpose()) / 2;
}

struct EigenProblem {
    std::string name;
    MatrixD a;
};

/// Symmetric matrices (n, n) whose spectra give eigensolvers trouble.
inline std::vector<EigenProblem> eigen_problems(Eigen::Index n, Rng& rng) {
    const auto spectrum = [n](auto value) {
        VectorD values(n);
        for (Eigen::Index i = 0; i < n; ++i) values[i] = value(static_cast<double>(i));
        return values;
    };
    const MatrixD normal = random_matrix<double>(n, n, rng);
    const auto last = static_cast<double>(n);
    return {
        {"normal", normal + normal.transpose()},
        {"zero", MatrixD::Zero(n, n)},
        {"identity", MatrixD::Identity(n, n)},
        {"minus three", -3 * MatrixD::Identity(n, n)},
        {"spread", with_eigenvalues(spectrum([](double i) { return i + 1; }), rng)},
        {"plus and minus", with_eigenvalues(spectrum([](double i) { return i - 3.5; }), rng)},
        {"pairs", with_eigenvalues(spectrum([](double i) { return std::floor(i / 2); }), rng)},
        {"two values", with_eigenvalues(spectrum([&](double i) { return i < last / 2 ? -1 : 2; }), rng)},
        {"clusters", with_eigenvalues(
                         spectrum([](double i) { return std::floor(i / 4) + 1e-9 * std::fmod(i, 4); }), rng)},
        {"low rank", with_eigenvalues(spectrum([](double i) { return i < 3 ? i - 5 : 0; }), rng)},
        {"geometric", with_eigenvalues(spectrum([](double i) { return std::pow(0.5, i); }), rng)},
        {"ratio 1e24",
         with_eigenvalues(spectrum([&](double i) { return std::pow(10.0, 12 - 24 * i / last); }), rng)},
        {"tiny", 1e-250 * with_eigenvalues(spectrum([](double i) { return i - 2; }), rng)},
        {"huge", 1e250 * with_eigenvalues(spectrum([](double i) { return i - 2; }), rng)},
    };
}

}  // namespace eckart::test
