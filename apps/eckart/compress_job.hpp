#pragma once

#include <cstdint>
#include <filesystem>

#include "context.hpp"
#include "eckart/compress/compress_model.hpp"
#include "run_directory.hpp"

namespace eckart::cli {

/// `eckart compress`: matrices of a model file replaced by factors, from file to file.
struct CompressJob {
    std::filesystem::path input;
    std::filesystem::path output;  ///< unused with dry_run
    compress::ModelOptions options;
    bool dry_run = false;     ///< only the plan: no decomposition, nothing written
    bool resume = false;      ///< goes on with the parts of an interrupted run
    std::int64_t verify = 0;  ///< random inputs on which both models are run in the end
    RunDirectory run_directory;
    bool owns_outputs = false;  ///< the caller knows every output as an earlier attempt's: replace them
    std::string when_interrupted = "";  ///< said on stderr; empty: how to go on

    [[nodiscard]] Overwrite overwrite(const Context& context) const;
};

/// Checks that the outputs can be written, factorizes, writes and reads back, prints the table per layer,
/// writes compression.json. Returns the exit code.
int run_compress(const CompressJob& job, Context& context);

}  // namespace eckart::cli
