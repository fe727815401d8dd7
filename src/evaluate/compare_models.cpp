#include "eckart/evaluate/compare_models.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace eckart::evaluate {

void OutputComparison::add(const float* original, const float* other, std::int64_t rows,
                           std::int64_t columns) {
    for (std::int64_t i = 0; i < rows; ++i) {
        const float* const left = original + i * columns;
        const float* const right = other + i * columns;
        for (std::int64_t j = 0; j < columns; ++j) {
            if (std::isnan(left[j]) && std::isnan(right[j])) continue;
            const double difference =
                left[j] == right[j] ? 0 : static_cast<double>(left[j]) - static_cast<double>(right[j]);
            if (std::isnan(difference)) {
                squared_difference_ = std::numeric_limits<double>::infinity();
            } else {
                squared_difference_ += difference * difference;
            }
            if (std::isfinite(left[j]))
                squared_norm_ += static_cast<double>(left[j]) * static_cast<double>(left[j]);
            largest_ = std::max(largest_, std::abs(difference));
        }
        const auto place = std::max_element(left, left + columns) - left;
        same_ += place == std::max_element(right, right + columns) - right ? 1 : 0;
        ++rows_;
    }
}

OutputDifference OutputComparison::result(std::int64_t runs) const {
    OutputDifference result;
    result.runs = runs;
    result.rows = rows_;
    result.largest = largest_;
    if (squared_difference_ > 0) result.relative = std::sqrt(squared_difference_ / squared_norm_);
    if (rows_ > 0) result.same_largest = static_cast<double>(same_) / static_cast<double>(rows_);
    return result;
}

}  // namespace eckart::evaluate
