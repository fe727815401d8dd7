#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "eckart/core/json.hpp"
#include "eckart/core/matrix.hpp"
#include "eckart/core/progress.hpp"
#include "eckart/core/stop.hpp"
#include "eckart/data/dataset.hpp"
#include "eckart/model/network.hpp"
#include "eckart/ops/backend.hpp"
#include "eckart/train/options.hpp"
#include "eckart/train/orthogonal_factors.hpp"

#pragma GCC visibility push(default)

namespace eckart::train {

/// What one epoch gave.
struct EpochRecord {
    std::int64_t epoch = 0;    ///< from 1
    double learning_rate = 0;  ///< of the epoch's first step
    double train_loss = 0;     ///< mean over the epoch's samples, each before its own step
    double test_loss = 0;      ///< mean negative log-likelihood after the epoch
    std::int64_t test_correct = 0;
    std::int64_t test_count = 0;
    double seconds = 0;  ///< of training, the test not included
    double samples_per_second = 0;
    [[nodiscard]] double test_accuracy() const;
};

/// Where a run stands: with the options and the data, all that is needed to go on to the same bits.
struct TrainState {
    model::Network<float> network;
    std::vector<MatrixF> moment1;  ///< Adam's m, in the order of network.parameters()
    std::vector<MatrixF> moment2;  ///< Adam's v
    std::int64_t epochs_done = 0;
    std::int64_t samples_done = 0;  ///< of the epoch under way
    std::int64_t steps_done = 0;    ///< Adam's t, over all epochs
    double loss_sum = 0;            ///< over samples_done
    double seconds = 0;             ///< spent on the epoch under way
    std::vector<EpochRecord> history = {};
    /// One per factored layer under FactorUpdate::kOrthogonal, where the moments in the places of B and A are
    /// those of U and Vt; none otherwise.
    std::vector<OrthogonalFactors> factors = {};
};

/// The state before the first step: zero moments, and under kOrthogonal the network's factors brought into
/// their orthogonal form. Throws then as orthogonalize() does.
TrainState start_training(model::Network<float> network, FactorUpdate factors = FactorUpdate::kFree);

enum class Outcome {
    kCompleted,    ///< all epochs are done
    kInterrupted,  ///< the stop function asked for it; train() may be called again with the state
    kDiverged,     ///< the loss became infinite or NaN, or a step of orthogonal factors did or is longer than
                   ///< kLongestStep; the state is that of the failing step
};

/// "completed", "interrupted", "diverged".
std::string to_string(Outcome outcome);

/// What the caller wants to know while training goes on. All may be empty.
struct TrainCallbacks {
    ProgressObserver* progress = nullptr;
    StopRequested stop;                               ///< asked before every step
    std::function<void(const TrainState&)> on_epoch;  ///< after each epoch: to save a checkpoint, to log
};

/// Trains `state.network` with Adam on the mean negative log-likelihood of each batch until `options.epochs`
/// epochs are done, and tests it after each. The samples of epoch e come in data::epoch_order(count, seed,
/// e).
///
/// About 6 x MACs flops per sample. Beside the network it holds one gradient and two moments per parameter,
/// and each tensor's Adam step runs as soon as its gradient is final; orthogonal factors move when the
/// gradients of both are. Throws InvalidArgument when data and network do not fit, the training set is empty,
/// or `state` was begun for factors of another kind than `options.factors`.
Outcome train(TrainState& state, const data::DatasetPair& data, const TrainOptions& options,
              ops::Backend<float>& backend, const TrainCallbacks& callbacks);

/// "Test set: Average loss: 1.4711, Accuracy: 5333/10000 (53%)"
std::string transcript_line(const EpochRecord& record);

Json to_json(const EpochRecord& record);
/// The reverse. Throws FormatError naming the field.
EpochRecord epoch_record_from_json(const Json& json);
/// "epochs" of training.json.
Json to_json(const std::vector<EpochRecord>& history);

}  // namespace eckart::train

#pragma GCC visibility pop
