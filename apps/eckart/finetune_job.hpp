#pragma once

#include <optional>

#include "context.hpp"
#include "training_run.hpp"

namespace eckart::cli {

/// The uncompressed network, for comparison.
struct DenseReference {
    double test_accuracy = 0;
    std::int64_t parameters = 0;
};

/// `eckart finetune`: the factors of a compressed network trained on.
struct FinetuneJob {
    TrainingRun training;
    RunDirectory run_directory;
    std::optional<DenseReference> dense;
};

/// Balances the factors, trains them, prints accuracy before and after each epoch and how far the tensors
/// moved; saves the network and finetune-rR.json. Throws InvalidArgument when no layer is factored. Returns
/// the exit code.
int run_finetune(const FinetuneJob& job, const model::Network<float>& compressed,
                 const data::DatasetPair& data, Context& context);

}  // namespace eckart::cli
