#include "demo_job.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "compress_job.hpp"
#include "data_files.hpp"
#include "demo_study.hpp"
#include "eckart/compress/spectrum.hpp"
#include "eckart/core/error.hpp"
#include "eckart/evaluate/accuracy.hpp"
#include "eckart/io/network_file.hpp"
#include "eckart/report/report.hpp"
#include "eckart/train/finetune.hpp"
#include "exit_codes.hpp"
#include "finetune_job.hpp"
#include "sweep_job.hpp"
#include "table.hpp"
#include "train_job.hpp"

namespace eckart::cli {
namespace fs = std::filesystem;

namespace {

class Demo {
  public:
    /// `resumed`: the folder holds an interrupted study of the same options.
    Demo(const DemoJob& job, bool resumed, const data::DatasetPair& data, Context& context)
        : job_(job), resumed_(resumed), data_(data), context_(context), run_(job.folder) {}

    int run() {
        const Context::Nested nested(context_);
        if (const int code = train(); code != kDone) return code;
        const io::NetworkFile dense = io::load_network(run_.file("net.safetensors"));
        dense_ = {evaluate::evaluate<float>(dense.network, context_.backend(), data_.test).accuracy(),
                  dense.network.size().parameters};
        if (const int code = sweep(dense.network); code != kDone) return code;
        for (const std::int64_t rank : job_.ranks) {
            heading(fmt::format("Compress to rank {} and fine-tune", rank));
            if (const int code = compress(rank); code != kDone) return code;
            if (const int code = finetune(rank); code != kDone) return code;
        }
        return report();
    }

    /// What --json prints once run() has succeeded.
    [[nodiscard]] const Json& result() const { return result_; }

  private:
    void heading(const std::string& title) { context_.print(fmt::format("\n== {}", title)); }

    int train() {
        heading(fmt::format("Train on {}", data_.name));
        TrainJob train;
        train.hidden = job_.hidden;
        train.training.options.epochs = job_.epochs;
        train.training.options.seed = context_.options().seed;
        train.training.output = run_.file("net.safetensors");
        train.training.resume = resumed_;
        train.training.owns_outputs = resumed_;
        train.run_directory = run_;
        return run_train(train, data_, context_);
    }

    int sweep(const model::Network<float>& dense) {
        heading("Measure accuracy, size and time at every rank");
        SweepJob sweep;
        sweep.options.ranks = sweep::default_ranks(dense.architecture());
        sweep.options.latency.seconds = job_.seconds_per_latency;
        sweep.run_directory = run_;
        sweep.resume = resumed_;
        sweep.owns_outputs = resumed_;
        return run_sweep_job(sweep, dense, data_, context_);
    }

    int compress(std::int64_t rank) {
        const fs::path output = run_.file(fmt::format("rank-{}.safetensors", rank));
        // The report shows one table per layer: the last rank's.
        const bool shown = rank == job_.ranks.back();
        const bool complete = fs::exists(output) && (!shown || fs::exists(run_.file("compression.json")));
        if (resumed_ && complete) return kDone;
        CompressJob compress;
        compress.options.seed = context_.options().seed;
        compress.options.threads = context_.threads();
        compress.input = run_.file("net.safetensors");
        compress.output = output;
        compress.options.rank = rank;
        if (shown) compress.run_directory = run_;
        compress.owns_outputs = resumed_;
        compress.resume = resumed_;
        compress.when_interrupted = when_interrupted();
        return run_compress(compress, context_);
    }

    int finetune(std::int64_t rank) {
        FinetuneJob finetune;
        finetune.training.options = train::finetune_defaults();
        finetune.training.options.epochs = job_.finetune_epochs;
        finetune.training.options.seed = context_.options().seed;
        finetune.training.output = run_.file(fmt::format("rank-{}-tuned.safetensors", rank));
        finetune.training.resume = resumed_;
        finetune.training.owns_outputs = resumed_;
        finetune.run_directory = run_;
        finetune.dense = dense_;
        const io::NetworkFile compressed =
            io::load_network(run_.file(fmt::format("rank-{}.safetensors", rank)));
        return run_finetune(finetune, compressed.network, data_, context_);
    }

    int report() {
        heading("Report");
        report::ReportOptions options;
        options.observer = &context_.progress();
        options.stop = stop_requested();
        const fs::path written = report::write_report(job_.folder, options);
        if (written.empty()) {
            context_.progress().on_line(when_interrupted());
            return interrupt_exit_code();
        }
        const fs::path page = fs::absolute(written);
        context_.print(fmt::format("Open {}", page.string()));
        result_ = {{"report", page.string()}, {"dense_test_accuracy", dense_.test_accuracy}};
        return kDone;
    }

    [[nodiscard]] std::string when_interrupted() const {
        return fmt::format("interrupted; go on with:\n  {}", context_.resume_command(false));
    }

    const DemoJob& job_;
    bool resumed_;
    const data::DatasetPair& data_;
    Context& context_;
    RunDirectory run_;
    DenseReference dense_;
    Json result_;
};

/// Throws InvalidArgument for a rank that no layer gets smaller by: it would fail after the training.
void check_ranks(const DemoJob& job, const data::DatasetPair& data) {
    double largest = 0;
    for (const model::LayerShape& layer :
         model::residual_mlp(reference_architecture(data, job.hidden, TrainJob{}.blocks)).layers) {
        largest = std::max(largest, compress::break_even_rank(layer.out, layer.in));
    }
    for (const std::int64_t rank : job.ranks) {
        if (static_cast<double>(rank) < largest) continue;
        throw InvalidArgument(fmt::format(
            "no layer of a network of width {} gets smaller at rank {}; give --ranks of at most {} "
            "or a larger --hidden",
            job.hidden, rank, static_cast<std::int64_t>(std::ceil(largest)) - 1));
    }
}

}  // namespace

int run_demo(const DemoJob& job, const data::DatasetPair& data, Context& context) {
    check_ranks(job, data);
    Demo demo(job, begin_study(job, data, context), data, context);
    const int code = demo.run();
    if (code == kDone) {
        context.print_json(with_record("eckart.demo/1", context.record(data.checksum), demo.result()));
    }
    return code;
}

}  // namespace eckart::cli
