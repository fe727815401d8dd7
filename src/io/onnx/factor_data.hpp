#pragma once

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "eckart/io/model_file.hpp"
#include "io/onnx/tensor_data.hpp"
#include "io/onnx/wire.hpp"

namespace eckart::io {

/// Where a factor that is going to be written comes from.
struct FactorOrigin {
    std::size_t linear = 0;
    bool is_b = false;        ///< B, or A
    bool transposed = false;  ///< stored as the transpose
    std::uint64_t bytes = 0;
};

/// The data of a model that is being written: of its own tensors from its files, of factors from whoever made
/// them. References below the number of the model's own are these.
class FactorData final : public DataSource {
  public:
    FactorData(const TensorData& tensors, const Replacements& replacements)
        : tensors_(tensors), replacements_(replacements) {}

    /// The reference of a new factor.
    std::size_t add(const FactorOrigin& origin);

    [[nodiscard]] std::uint64_t size(std::size_t reference) const override;
    void copy(std::size_t reference, AtomicFile& target) const override;

  private:
    const EncodedFactors& factors_of(std::size_t linear) const;

    const TensorData& tensors_;
    const Replacements& replacements_;
    std::vector<FactorOrigin> origins_;
    mutable std::optional<std::pair<std::size_t, EncodedFactors>> latest_;  // A and B are asked for in turn
};

}  // namespace eckart::io
