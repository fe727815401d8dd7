#include "training_run.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <fstream>
#include <system_error>
#include <utility>

#include "eckart/core/error.hpp"
#include "eckart/io/network_file.hpp"
#include "eckart/train/checkpoint.hpp"
#include "exit_codes.hpp"

namespace eckart::cli {
namespace fs = std::filesystem;
namespace {

/// The log of a run: rewritten from the history at the start, so that a resumed run leaves no gap and no
/// repetition, then one line more per epoch.
class EpochLog {
  public:
    EpochLog(fs::path path, const std::vector<train::EpochRecord>& history) : path_(std::move(path)) {
        if (path_.empty()) return;
        file_.open(path_, std::ios::trunc);
        for (const train::EpochRecord& record : history) append(record);
        check();
    }

    void append(const train::EpochRecord& record) {
        if (path_.empty()) return;
        file_ << to_text(train::to_json(record)) << '\n' << std::flush;
        check();
    }

  private:
    void check() const {
        if (!file_)
            throw IoError(fmt::format("cannot write the log '{}'; free some space or name another file",
                                      path_.string()));
    }

    fs::path path_;
    std::ofstream file_;
};

void print_epoch(const train::EpochRecord& record, std::int64_t epochs, Context& context) {
    context.print(fmt::format("Epoch {}/{}: training loss {:.4f}, {:.1f} s, {:.0f} samples/s", record.epoch,
                              epochs, record.train_loss, record.seconds, record.samples_per_second));
    context.print(train::transcript_line(record));
}

bool same_tensors(const model::Network<float>& a, const model::Network<float>& b) {
    const auto left = a.parameters();
    const auto right = b.parameters();
    return std::ranges::equal(left, right, [](const auto* x, const auto* y) {
        return x->name == y->name && x->value.rows() == y->value.rows() && x->value.cols() == y->value.cols();
    });
}

/// What a run record says of `key`, unless it is silent or says `wanted`: a record is not always there.
std::string difference(const Json& record, const std::string& key, const Json& wanted) {
    const Json said = record.is_object() ? record.value(key, Json()) : Json();
    const bool silent = said.is_null() || said == Json("");
    if (silent || said == wanted) return {};
    return fmt::format("its run record has {} {} instead of {}", key, to_text(said), to_text(wanted));
}

}  // namespace

fs::path TrainingRun::checkpoint() const {
    fs::path path = output;
    path += ".checkpoint";
    return path;
}

bool TrainingRun::already_complete(const model::Network<float>& start, const data::DatasetPair& data) const {
    if (!resume || !fs::exists(output) || fs::exists(checkpoint())) return false;
    const io::NetworkFile file = io::load_network(output);
    std::string different;
    if (!same_tensors(file.network, start)) different = "its tensors have other names or shapes";
    if (different.empty()) different = difference(file.run_record, "seed", options.seed);
    if (different.empty()) different = difference(file.run_record, "data_checksum", data.checksum);
    if (different.empty()) return true;
    throw InvalidArgument(
        fmt::format("'{}' exists and is not what this command makes: {}; name another output or give the "
                    "options that it was made with",
                    output.string(), different));
}

bool TrainingRun::resumes() const {
    return resume && fs::exists(checkpoint());
}

Overwrite TrainingRun::overwrite(const Context& context) const {
    return owns_outputs || resumes() ? Overwrite::kReplace : context.options().overwrite();
}

Overwrite TrainingRun::overwrite_output(const Context& context) const {
    return owns_outputs ? Overwrite::kReplace : context.options().overwrite();
}

void TrainingRun::prepare(const Context& context, const RunDirectory& run,
                          const std::vector<std::string>& run_files) const {
    std::vector<NamedPath> outputs = run.named(run_files);
    outputs.insert(outputs.begin(),
                   {{"the output", output}, {"the checkpoint", checkpoint()}, {"the log", log}});
    require_distinct(inputs, outputs);
    require_writable(output, overwrite_output(context));
    // Its name is longer than the output's, and it is needed only after an epoch's work.
    require_writable(checkpoint(), Overwrite::kReplace);
    if (!log.empty()) require_writable(log, overwrite(context));
    if (!resume && !context.options().force && fs::exists(checkpoint())) {
        throw IoError(fmt::format(
            "'{}' holds an interrupted run; add --resume to go on with it or --force to start over",
            checkpoint().string()));
    }
    run.prepare(run_files, overwrite(context));
}

int TrainingRun::print_complete(Context& context) const {
    context.progress().on_line(fmt::format("'{}' is complete already; nothing to resume", output.string()));
    context.print_json(with_record("eckart.complete/1", context.record(""), {{"output", output.string()}}));
    return kDone;
}

train::TrainState begin_training(const TrainingRun& run, model::Network<float> start,
                                 const train::Origin& origin, Context& context) {
    if (!run.resumes()) {
        fs::remove(run.checkpoint());  // prepare() has made sure that it may go
        return train::start_training(std::move(start), run.options.factors);
    }
    train::TrainState state = train::load_state(run.checkpoint(), run.options, origin);
    if (!same_tensors(state.network, start)) {
        throw InvalidArgument(
            fmt::format("'{}' is of a network of other sizes; give the options of the interrupted run",
                        run.checkpoint().string()));
    }
    context.progress().on_line(fmt::format("resuming after epoch {} of {}, {} samples of the next",
                                           state.epochs_done, run.options.epochs, state.samples_done));
    return state;
}

TrainingEnd run_training(const TrainingRun& run, train::TrainState state, const data::DatasetPair& data,
                         const train::Origin& origin, Context& context) {
    const auto save = [&](const train::TrainState& now) {
        train::save_state(now, run.options, origin, run.checkpoint());
    };
    EpochLog log(run.log, state.history);
    train::TrainCallbacks callbacks;
    callbacks.progress = &context.progress();
    callbacks.stop = stop_requested();
    callbacks.on_epoch = [&](const train::TrainState& now) {
        print_epoch(now.history.back(), run.options.epochs, context);
        if (now.epochs_done < run.options.epochs) save(now);
        log.append(now.history.back());
    };
    const train::Outcome outcome = train::train(state, data, run.options, context.backend(), callbacks);
    if (outcome == train::Outcome::kInterrupted) {
        save(state);
        context.progress().on_line(fmt::format("interrupted; everything so far is in '{}'. To go on:\n  {}",
                                               run.checkpoint().string(),
                                               context.resume_command(fs::exists(run.output))));
    }
    return {std::move(state), outcome};
}

int finish_training(const TrainingRun& run, const TrainingEnd& end, const RunRecord& record,
                    const Context& context) {
    switch (end.outcome) {
        case train::Outcome::kInterrupted:
            return interrupt_exit_code();
        case train::Outcome::kDiverged:
            throw NumericalError(fmt::format(
                "training diverged: the loss{} was no longer finite at step {} (epoch {}); lower "
                "--learning-rate (now {:g}) and look for damaged data with 'eckart data info'",
                end.state.factors.empty() ? "" : " or the angle of a step", end.state.steps_done + 1,
                end.state.epochs_done + 1, run.options.adam.learning_rate));
        case train::Outcome::kCompleted:
            break;
    }
    io::save_network(end.state.network, record, run.output, run.overwrite_output(context));
    std::error_code ignored;
    fs::remove(run.checkpoint(), ignored);
    return kDone;
}

Json summary_of(const data::DatasetPair& data) {
    return {{"name", data.name}, {"train_count", data.train.count()}, {"test_count", data.test.count()}};
}

}  // namespace eckart::cli
