#include "probe/subspace/difference_table.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace eckart::probe {

TableNoise difference_table_noise(const VectorD& values) {
    TableNoise noise;
    VectorD table = values;
    std::vector<double> sigma;
    std::vector<bool> changes_sign;
    double factor = 1;  // (k!)^2 / (2k)!
    for (Eigen::Index k = 1; k < values.size(); ++k) {
        table = (table.tail(table.size() - 1) - table.head(table.size() - 1)).eval();
        if (k == 1) noise.flat = table.isZero(0);
        const auto order = static_cast<double>(k);
        factor *= order / (2 * (2 * order - 1));
        sigma.push_back(table.stableNorm() * std::sqrt(factor / static_cast<double>(table.size())));
        changes_sign.push_back(table.minCoeff() < 0 && table.maxCoeff() > 0);
    }
    for (std::size_t k = 0; k + 2 < sigma.size(); ++k) {
        const auto [low, high] = std::minmax({sigma[k], sigma[k + 1], sigma[k + 2]});
        if (high <= 4 * low && changes_sign[k]) {
            noise.sigma = sigma[k];
            noise.resolved = true;
            return noise;
        }
    }
    noise.sigma = *std::min_element(sigma.begin(), sigma.end());
    return noise;
}

}  // namespace eckart::probe
