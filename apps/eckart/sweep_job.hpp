#pragma once

#include <filesystem>

#include "context.hpp"
#include "eckart/data/dataset.hpp"
#include "eckart/model/network.hpp"
#include "eckart/sweep/sweep.hpp"
#include "run_directory.hpp"

namespace eckart::cli {

/// `eckart sweep`: one decomposition, many ranks.
struct SweepJob {
    sweep::SweepOptions options;
    RunDirectory run_directory;
    std::filesystem::path input;  ///< where the network came from; empty when it was never in a file
    std::filesystem::path csv;    ///< none when empty
    bool resume = false;          ///< takes over the points of an unfinished sweep.json
    bool owns_outputs = false;    ///< the caller knows every output as an earlier attempt's: replace them
};

/// Measures every rank, prints the table, keeps sweep.json up to date after each point. Returns the exit
/// code.
int run_sweep_job(const SweepJob& job, const model::Network<float>& network, const data::DatasetPair& data,
                  Context& context);

}  // namespace eckart::cli
