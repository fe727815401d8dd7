#include "eckart/core/error.hpp"
#include "eckart/evaluate/compare_models.hpp"

// Instead of onnx_comparison.cpp in builds without ONNX Runtime.

namespace eckart::evaluate {

bool has_model_runtime() {
    return false;
}

OutputDifference compare_onnx(const std::filesystem::path& /*original*/,
                              const std::filesystem::path& /*other*/, std::int64_t /*runs*/,
                              std::uint64_t /*seed*/, int /*threads*/, ProgressObserver& /*progress*/,
                              const StopRequested& /*stop*/) {
    throw BackendError(
        "this build cannot run ONNX models; build Eckart where the Debian package libonnxruntime-dev is "
        "installed "
        "(Debian 13)");
}

}  // namespace eckart::evaluate
