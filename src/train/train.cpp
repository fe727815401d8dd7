#include "eckart/train/train.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <span>
#include <unordered_map>
#include <utility>

#include "eckart/core/error.hpp"
#include "eckart/data/batches.hpp"
#include "eckart/evaluate/accuracy.hpp"
#include "eckart/ops/elementwise.hpp"

namespace eckart::train {

namespace {

using Clock = std::chrono::steady_clock;

/// Moves the factors of orthogonal layers as their gradients come.
class OrthogonalSteps {
  public:
    explicit OrthogonalSteps(TrainState& state) {
        std::vector<model::Parameter<float>*> parameters = state.network.parameters();
        for (OrthogonalFactors& factors : state.factors) {
            const auto layer = std::as_const(state.network).layer(factors.layer).parameters();
            const auto place = std::ranges::find(parameters, layer[0]) - parameters.begin();  // A, then B
            const auto a = static_cast<std::size_t>(place);
            index_[parameters[a]] = index_[parameters[a + 1]] = layers_.size();
            layers_.push_back({factors,
                               {*parameters[a + 1], *parameters[a], state.moment1[a + 1],
                                state.moment2[a + 1], state.moment1[a], state.moment2[a]}});
        }
    }

    /// Whether `parameter` is a factor of an orthogonal layer. The layer moves when both have come.
    bool take(model::Parameter<float>& parameter, const ops::AdamOptions& adam, std::int64_t t) {
        if (index_.empty()) return false;
        const auto found = index_.find(&parameter);
        if (found == index_.end()) return false;
        Layer& layer = layers_[found->second];
        layer.one_has_come = !layer.one_has_come;
        if (!layer.one_has_come) finite_ = step_factors(adam, t, layer.factors, layer.pair) && finite_;
        return true;
    }

    /// Whether every step so far could be made.
    [[nodiscard]] bool finite() const { return finite_; }

  private:
    struct Layer {
        OrthogonalFactors& factors;
        FactorPair pair;
        bool one_has_come = false;
    };
    std::vector<Layer> layers_;
    std::unordered_map<const model::Parameter<float>*, std::size_t> index_;
    bool finite_ = true;
};

/// One run of train(): the buffers that every step uses.
class Loop {
  public:
    Loop(TrainState& state, const data::DatasetPair& data, const TrainOptions& options,
         ops::Backend<float>& backend, const TrainCallbacks& callbacks)
        : state_(state),
          data_(data),
          options_(options),
          backend_(backend),
          callbacks_(callbacks),
          orthogonal_(state) {
        const std::vector<model::Parameter<float>*> parameters = state.network.parameters();
        for (std::size_t i = 0; i < parameters.size(); ++i) index_[parameters[i]] = i;
        const auto count = static_cast<std::int64_t>(data.train.count());
        steps_ = options.epochs * ((count + options.batch - 1) / options.batch);
    }

    Outcome run() {
        while (state_.epochs_done < options_.epochs) {
            const Outcome outcome = run_epoch();
            if (outcome != Outcome::kCompleted) return outcome;
            finish_epoch();
            if (callbacks_.on_epoch) callbacks_.on_epoch(state_);
        }
        return Outcome::kCompleted;
    }

  private:
    Outcome run_epoch() {
        const auto epoch = static_cast<std::uint64_t>(state_.epochs_done) + 1;
        const std::vector<std::uint32_t> order = data::epoch_order(data_.train.count(), options_.seed, epoch);
        const Clock::time_point start = Clock::now();
        const double seconds_before = state_.seconds;
        while (static_cast<std::size_t>(state_.samples_done) < order.size()) {
            if (should_stop(callbacks_.stop)) return Outcome::kInterrupted;
            const auto begin = static_cast<std::size_t>(state_.samples_done);
            const std::size_t count =
                std::min(static_cast<std::size_t>(options_.batch), order.size() - begin);
            if (!step(std::span(order).subspan(begin, count))) return Outcome::kDiverged;
            state_.seconds = seconds_before + std::chrono::duration<double>(Clock::now() - start).count();
            show_progress(order.size());
        }
        return Outcome::kCompleted;
    }

    /// One batch; false when its loss is not finite, and then nothing has changed, or when a step of
    /// orthogonal factors is not.
    bool step(std::span<const std::uint32_t> samples) {
        const auto rows = static_cast<Eigen::Index>(samples.size());
        const MatrixView<float> x =
            reserve_rows(x_, rows, static_cast<Eigen::Index>(data_.train.shape.size()));
        data::copy_normalized<float>(data_.train, samples, x);
        labels_.resize(samples.size());
        std::ranges::transform(samples, labels_.begin(),
                               [&](std::uint32_t i) { return data_.train.labels[i]; });

        const ConstMatrixView<float> logits = state_.network.forward(backend_, constant(x), activations_);
        const MatrixView<float> dlogits = reserve_rows(dlogits_, rows, logits.cols());
        const ops::LossSum sum = ops::softmax_nll_backward<float>(logits, labels_, dlogits);
        if (!std::isfinite(sum.loss)) return false;

        ops::AdamOptions adam = options_.adam;
        adam.learning_rate = learning_rate(options_, state_.steps_done, steps_);
        const std::int64_t t = ++state_.steps_done;
        state_.network.backward(
            backend_, constant(x), constant(dlogits), activations_, [&](model::Parameter<float>& parameter) {
                if (orthogonal_.take(parameter, adam, t)) return;
                const std::size_t i = index_.at(&parameter);
                ops::adam_step<float>(adam, t, flat(parameter.value), flat(parameter.gradient),
                                      flat(state_.moment1[i]), flat(state_.moment2[i]));
            });
        if (!orthogonal_.finite()) {
            --state_.steps_done;
            return false;
        }
        state_.loss_sum += sum.loss;
        state_.samples_done += static_cast<std::int64_t>(rows);
        return true;
    }

    void finish_epoch() {
        const evaluate::Evaluation test = evaluate::evaluate<float>(state_.network, backend_, data_.test);
        const auto samples = static_cast<double>(state_.samples_done);
        const std::int64_t steps_per_epoch = steps_ / options_.epochs;
        EpochRecord record;
        record.epoch = ++state_.epochs_done;
        record.learning_rate = learning_rate(options_, state_.steps_done - steps_per_epoch, steps_);
        record.train_loss = state_.loss_sum / samples;
        record.test_loss = test.mean_loss;
        record.test_correct = test.correct;
        record.test_count = test.count;
        record.seconds = state_.seconds;
        record.samples_per_second = state_.seconds > 0 ? samples / state_.seconds : 0;
        state_.history.push_back(record);
        state_.samples_done = 0;
        state_.loss_sum = 0;
        state_.seconds = 0;
    }

    void show_progress(std::size_t total) const {
        if (callbacks_.progress == nullptr) return;
        const auto done = static_cast<double>(state_.samples_done);
        callbacks_.progress->on_progress({fmt::format("epoch {}/{}", state_.epochs_done + 1, options_.epochs),
                                          static_cast<std::uint64_t>(state_.samples_done), total, "samples",
                                          fmt::format("loss {:.4f}", state_.loss_sum / done)});
    }

    TrainState& state_;
    const data::DatasetPair& data_;
    const TrainOptions& options_;
    ops::Backend<float>& backend_;
    const TrainCallbacks& callbacks_;
    OrthogonalSteps orthogonal_;
    std::unordered_map<const model::Parameter<float>*, std::size_t> index_;
    std::int64_t steps_ = 0;
    model::NetworkState<float> activations_;
    MatrixF x_;
    MatrixF dlogits_;
    std::vector<std::uint8_t> labels_;
};

}  // namespace

TrainState start_training(model::Network<float> network, FactorUpdate factors) {
    TrainState state{std::move(network), {}, {}};
    if (factors == FactorUpdate::kOrthogonal) state.factors = orthogonalize(state.network);
    for (const model::Parameter<float>* parameter : std::as_const(state.network).parameters()) {
        state.moment1.push_back(MatrixF::Zero(parameter->value.rows(), parameter->value.cols()));
        state.moment2.push_back(MatrixF::Zero(parameter->value.rows(), parameter->value.cols()));
    }
    return state;
}

Outcome train(TrainState& state, const data::DatasetPair& data, const TrainOptions& options,
              ops::Backend<float>& backend, const TrainCallbacks& callbacks) {
    options.validate();
    evaluate::require_fitting(state.network.architecture(), data.train);
    evaluate::require_fitting(state.network.architecture(), data.test);
    if (data.train.count() == 0)
        throw InvalidArgument("training: the training set is empty; load one with images");
    if (state.factors.empty() != (options.factors == FactorUpdate::kFree)) {
        throw InvalidArgument(fmt::format(
            "training: the options say {} factors, but the state has {} layers of orthogonal ones; begin it "
            "with start_training(network, options.factors)",
            to_string(options.factors), state.factors.size()));
    }
    return Loop(state, data, options, backend, callbacks).run();
}

}  // namespace eckart::train
