#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "eckart/io/model_file.hpp"
#include "eckart/io/safetensors.hpp"
#include "io/safetensors/shard_index.hpp"
#include "io/safetensors/state_dict.hpp"

namespace eckart::io {

/// A state_dict in one safetensors file, or in several with an index.
class SafetensorsModel final : public ModelFile {
  public:
    explicit SafetensorsModel(const std::filesystem::path& path);
    SafetensorsModel(const std::filesystem::path& path, ShardIndex index);

    [[nodiscard]] std::vector<std::filesystem::path> inputs() const override;
    [[nodiscard]] MatrixF weight_float(std::size_t index) const override;
    [[nodiscard]] MatrixD weight_double(std::size_t index) const override;
    [[nodiscard]] std::pair<MatrixF, MatrixF> factors_float(std::size_t index) const override;
    [[nodiscard]] std::pair<MatrixD, MatrixD> factors_double(std::size_t index) const override;
    [[nodiscard]] std::vector<std::filesystem::path> outputs(
        const std::filesystem::path& target) const override;
    void write(const std::filesystem::path& target, Overwrite overwrite,
               const Replacements& replacements) const override;

  private:
    void describe();
    [[nodiscard]] const StoredLinear& linear(std::size_t index, bool factored) const;
    template <class T>
    [[nodiscard]] Matrix<T> read(const std::string& name) const;
    void write_shards(const std::filesystem::path& target, Overwrite overwrite,
                      const Replacements& replacements) const;

    std::vector<std::unique_ptr<SafetensorsReader>> readers_;
    std::optional<ShardIndex> index_;
    StateDict tensors_;
};

}  // namespace eckart::io
