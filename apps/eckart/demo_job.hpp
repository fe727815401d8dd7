#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "context.hpp"
#include "eckart/data/dataset.hpp"

namespace eckart::cli {

/// `eckart demo`: the whole study, command after command, in one folder.
struct DemoJob {
    std::filesystem::path folder = "eckart-demo";
    std::int64_t epochs = 7;
    std::int64_t hidden = 1000;
    std::int64_t finetune_epochs = 3;
    std::vector<std::int64_t> ranks{20, 50};  ///< compressed and fine-tuned
    double seconds_per_latency = 0.25;
    bool resume = false;
};

/// Runs train, sweep, compress and finetune at every rank, and report, each as its command would. Returns the
/// exit code of the first that does not succeed.
int run_demo(const DemoJob& job, const data::DatasetPair& data, Context& context);

}  // namespace eckart::cli
