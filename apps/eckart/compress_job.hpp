#pragma once

#include <filesystem>
#include <string>

#include "context.hpp"
#include "eckart/compress/compress.hpp"
#include "eckart/model/residual_mlp.hpp"
#include "run_directory.hpp"

namespace eckart::cli {

/// `eckart compress`: every layer cut to one rank.
struct CompressJob {
    std::filesystem::path input;   ///< where the network came from; empty when it was never in a file
    std::filesystem::path output;  ///< unused with dry_run
    compress::CompressOptions options;
    bool dry_run = false;  ///< only the plan: no decomposition, nothing written
    RunDirectory run_directory;
    bool owns_outputs = false;  ///< the caller knows every output as an earlier attempt's: replace them
    std::string when_interrupted = "interrupted; nothing was written";  ///< said on stderr

    [[nodiscard]] Overwrite overwrite(const Context& context) const;

    /// Fails before the work starts: throws InvalidArgument for wrong options or an output that is the input,
    /// IoError for an output that cannot be written.
    void prepare(const Context& context) const;
};

/// Factorizes, prints the table per layer, saves the network after reading it back, writes compression.json.
/// Calls prepare(). Returns the exit code.
int run_compress(const CompressJob& job, const model::ResidualMlp<float>& network, Context& context);

}  // namespace eckart::cli
