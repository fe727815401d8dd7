#pragma once

#include <filesystem>

#include "context.hpp"
#include "eckart/data/dataset.hpp"
#include "eckart/train/checkpoint.hpp"
#include "eckart/train/train.hpp"
#include "run_directory.hpp"

namespace eckart::cli {

/// What `train` and `finetune` have in common: a network goes in, a better one comes out in a file, with
/// checkpoints in between.
struct TrainingRun {
    train::TrainOptions options;
    std::filesystem::path output;  ///< the trained network
    std::filesystem::path log;     ///< one JSON object per epoch and line; none when empty
    bool resume = false;
    std::vector<NamedPath> inputs = {};  ///< files that the run reads and must not replace
    bool owns_outputs = false;  ///< the caller knows every output as an earlier attempt's: replace them

    /// Where the checkpoint of an interrupted run lies: "<output>.checkpoint".
    [[nodiscard]] std::filesystem::path checkpoint() const;
    /// Whether --resume has nothing left to do: the output is there and no checkpoint. Throws InvalidArgument
    /// unless it is a network of `start`'s sizes, made, as far as its run record tells, with the same seed
    /// and data; IoError and FormatError when it cannot be read.
    [[nodiscard]] bool already_complete(const model::Network<float>& start,
                                        const data::DatasetPair& data) const;
    /// Whether there is a checkpoint to go on with.
    [[nodiscard]] bool resumes() const;
    /// For the run's other files: replacing is right with --force and for a resumed run's own.
    [[nodiscard]] Overwrite overwrite(const Context& context) const;
    /// For the output: an interrupted run has none yet, so that one that exists is something else.
    [[nodiscard]] Overwrite overwrite_output(const Context& context) const;
    /// Fails before the work starts: throws InvalidArgument when two of inputs, outputs and `run_files` are
    /// one file, IoError when one cannot be written or when the checkpoint of an interrupted run would be
    /// lost.
    void prepare(const Context& context, const RunDirectory& run,
                 const std::vector<std::string>& run_files) const;
    /// What --resume answers when the run is complete. Returns the exit code.
    int print_complete(Context& context) const;
};

/// The end of a run: its state and how it came to it.
struct TrainingEnd {
    train::TrainState state;
    train::Outcome outcome;
};

/// Where to begin: at `start`, or under --resume at what the checkpoint holds, where there is one. Throws
/// InvalidArgument when it belongs to another run.
train::TrainState begin_training(const TrainingRun& run, model::Network<float> start,
                                 const train::Origin& origin, Context& context);

/// Trains on from `state`, prints each epoch, keeps the checkpoint and the log up to date. When interrupted
/// it saves the checkpoint and says on stderr how to go on.
TrainingEnd run_training(const TrainingRun& run, train::TrainState state, const data::DatasetPair& data,
                         const train::Origin& origin, Context& context);

/// Saves a completed network and removes the checkpoint; throws NumericalError for a diverged one. Returns
/// the exit code.
int finish_training(const TrainingRun& run, const TrainingEnd& end, const RunRecord& record,
                    const Context& context);

/// {"name", "train_count", "test_count"}: "data" of training.json.
Json summary_of(const data::DatasetPair& data);

}  // namespace eckart::cli
