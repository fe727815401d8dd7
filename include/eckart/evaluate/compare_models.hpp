#pragma once

#include <cstdint>
#include <filesystem>

#include "eckart/core/progress.hpp"
#include "eckart/core/stop.hpp"

#pragma GCC visibility push(default)

namespace eckart::evaluate {

/// How far the outputs of two models lie apart on the same inputs, over all runs and outputs.
struct OutputDifference {
    std::int64_t runs = 0;
    std::int64_t rows = 0;  ///< of the outputs, along their last axis
    double relative = 0;    ///< |y - y'|_F / |y|_F
    double largest = 0;     ///< largest |y - y'| of an entry
    double same_largest =
        1;  ///< share of rows (along the last axis) whose largest entry is at the same place
};

/// Adds one pair of outputs after the other, rows of `columns` entries.
class OutputComparison {
  public:
    void add(const float* original, const float* other, std::int64_t rows, std::int64_t columns);
    /// NaN in both at the same place counts as equal; in one of them makes `relative` infinite.
    [[nodiscard]] OutputDifference result(std::int64_t runs) const;

  private:
    double squared_difference_ = 0;
    double squared_norm_ = 0;
    double largest_ = 0;
    std::int64_t rows_ = 0;
    std::int64_t same_ = 0;
};

/// Whether this build can run any ONNX model: it was made with ONNX Runtime.
bool has_model_runtime();

/// Runs two ONNX models of the same inputs and outputs `runs` times on random inputs: floats from the
/// standard normal distribution, whole numbers 0 or 1 (valid as indices, as masks and as flags). A dimension
/// that a model leaves open is 2 where it comes first and 8 elsewhere, one of a name the same everywhere.
/// Throws BackendError without ONNX Runtime or when it cannot run a model, InvalidArgument for runs < 1.
OutputDifference compare_onnx(const std::filesystem::path& original, const std::filesystem::path& other,
                              std::int64_t runs, std::uint64_t seed, int threads, ProgressObserver& progress,
                              const StopRequested& stop);

}  // namespace eckart::evaluate

#pragma GCC visibility pop
