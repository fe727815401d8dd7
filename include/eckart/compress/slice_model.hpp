#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "eckart/compress/compress.hpp"
#include "eckart/core/atomic_file.hpp"
#include "eckart/core/progress.hpp"
#include "eckart/core/stop.hpp"
#include "eckart/io/model_file.hpp"

#pragma GCC visibility push(default)

namespace eckart::compress {

struct SlicedModel {
    /// One for each element of model.linears(). method is "nested" where the factors are those of a singular
    /// value decomposition, so that their first r columns and rows are the best of rank r; "cut" where they
    /// are not (fine-tuned factors): compress_model() finds better ones. Errors are against the product of
    /// the stored factors; predicted_error is from s, the squared norms of A's rows, and 0 for "cut".
    std::vector<LayerOutcome> layers;
    bool complete = false;  ///< false: stopped; nothing was written
};

/// Writes the model with every stored pair of factors B (m, R), A (R, n) of a rank R above `rank` cut to the
/// first `rank` columns and rows. No decomposition: 2 (m + n) R^2 flops a layer for the errors. What is
/// written is read back and compared. Throws InvalidArgument for a rank below 1, IoError, FormatError.
SlicedModel slice_model(const io::ModelFile& model, std::int64_t rank, const std::filesystem::path& target,
                        Overwrite overwrite, const std::map<std::string, std::string>& metadata,
                        ProgressObserver& progress, const StopRequested& stop);

}  // namespace eckart::compress

#pragma GCC visibility pop
