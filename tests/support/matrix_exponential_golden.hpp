#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>
#include <vector>

#include "eckart/core/json.hpp"
#include "eckart/core/matrix.hpp"
#include "eckart/linalg/qr.hpp"
#include "random_matrix.hpp"

namespace eckart::test {

/// A matrix of tests/golden/matrix_exponential.json; see make_matrix_exponential_golden.py beside it.
struct ExponentialCase {
    std::string name;
    MatrixD matrix;
    MatrixD exponential;
    MatrixD derivative;    ///< of the exponential, in the direction of all ones
    double condition = 0;  ///< in the Frobenius norm
};

inline std::vector<ExponentialCase> exponential_golden() {
    const auto matrix = [](const Json& rows) {
        MatrixD result(static_cast<Eigen::Index>(rows.size()), static_cast<Eigen::Index>(rows.size()));
        for (Eigen::Index i = 0; i < result.rows(); ++i) {
            for (Eigen::Index j = 0; j < result.cols(); ++j) {
                result(i, j) =
                    rows.at(static_cast<std::size_t>(i)).at(static_cast<std::size_t>(j)).get<double>();
            }
        }
        return result;
    };
    const Json golden = Json::parse(
        std::ifstream(std::filesystem::path(ECKART_SOURCE_DIR) / "tests/golden/matrix_exponential.json"));
    std::vector<ExponentialCase> cases;
    for (const Json& c : golden.at("cases")) {
        cases.push_back({c.at("name").get<std::string>(), matrix(c.at("matrix")), matrix(c.at("exponential")),
                         matrix(c.at("derivative")), c.at("condition").get<double>()});
    }
    return cases;
}

/// 4 n eps: the rounding of a few products of n terms.
template <class T>
double roundoff(Eigen::Index n) {
    return 4 * static_cast<double>(n) * static_cast<double>(std::numeric_limits<T>::epsilon());
}

/// |X - Y|_F / |Y|_F, in double.
template <class T>
double relative_error(const Matrix<T>& x, const MatrixD& y) {
    const MatrixD wide = x.template cast<double>();
    return (wide - y).stableNorm() / std::max(y.stableNorm(), std::numeric_limits<double>::min());
}

/// |Xt X - I|_F, in double.
template <class T>
double orthogonality_error(const Matrix<T>& x) {
    const MatrixD wide = x.template cast<double>();
    return (wide.transpose() * wide - MatrixD::Identity(wide.cols(), wide.cols())).norm();
}

inline MatrixD random_orthogonal(Eigen::Index n, Rng& rng) {
    return linalg::thin_qr<double>(random_matrix<double>(n, n, rng)).q;
}

}  // namespace eckart::test
