#include "finetune_job.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "eckart/compress/balance.hpp"
#include "eckart/core/error.hpp"
#include "eckart/evaluate/accuracy.hpp"
#include "eckart/train/finetune.hpp"
#include "exit_codes.hpp"
#include "table.hpp"

namespace eckart::cli {

namespace {

/// The largest rank of a factored layer; 0 when there is none.
std::int64_t rank_of(const model::Network<float>& network) {
    std::int64_t rank = 0;
    for (std::size_t i = 0; i < network.layer_count(); ++i) {
        if (network.layer(i).factored()) rank = std::max(rank, network.layer(i).rank());
    }
    return rank;
}

std::string step_text(train::FactorUpdate factors) {
    return factors == train::FactorUpdate::kOrthogonal
               ? "Step: Adam along geodesics, the singular vectors of every factored layer stay orthonormal"
               : "Step: Adam on the factors";
}

void print_comparison(const FinetuneJob& job, const evaluate::Evaluation& before,
                      const train::EpochRecord& after, const std::vector<train::TensorChange>& moved,
                      Context& context) {
    if (job.dense) {
        context.print(fmt::format("Accuracy: dense {:.2f} %, compressed {:.2f} %, fine-tuned {:.2f} %",
                                  100 * job.dense->test_accuracy, 100 * before.accuracy(),
                                  100 * after.test_accuracy()));
    } else {
        context.print(fmt::format("Accuracy: compressed {:.2f} %, fine-tuned {:.2f} %",
                                  100 * before.accuracy(), 100 * after.test_accuracy()));
    }
    Table table({"tensor", "relative change"});
    for (const train::TensorChange& change : moved) {
        table.add_row({change.tensor, fmt::format("{:.1f} %", 100 * change.relative_change)});
    }
    context.print(table.text());
}

Json finetune_json(const FinetuneJob& job, std::int64_t rank, const evaluate::Evaluation& before,
                   const TrainingEnd& end, const std::vector<train::TensorChange>& moved) {
    Json json{{"rank", rank},
              {"parameters", end.state.network.size().parameters},
              {"options", train::to_json(job.training.options)},
              {"outcome", train::to_string(end.outcome)}};
    if (job.dense) {
        json["dense"] = {{"test_accuracy", job.dense->test_accuracy}, {"parameters", job.dense->parameters}};
    }
    json["compressed"] = {{"test_accuracy", before.accuracy()}, {"test_loss", before.mean_loss}};
    json["epochs"] = train::to_json(end.state.history);
    json["moved"] = train::to_json(moved);
    return json;
}

}  // namespace

int run_finetune(const FinetuneJob& job, const model::Network<float>& compressed,
                 const data::DatasetPair& data, Context& context) {
    const TrainingRun& training = job.training;
    const std::int64_t rank = rank_of(compressed);
    if (rank == 0) {
        throw InvalidArgument(
            "the network has no factored layer to fine-tune; compress it first with 'eckart compress'");
    }
    if (training.already_complete(compressed, data)) return training.print_complete(context);
    training.options.validate();
    const std::string file_name = fmt::format("finetune-r{}.json", rank);
    training.prepare(context, job.run_directory, {file_name});
    const Overwrite overwrite = training.overwrite(context);

    const RunRecord record = context.record(data.checksum);
    model::Network<float> balanced = compressed;
    compress::balance_factors(balanced);
    // Of the network as it is in its file: balancing may round differently with other threads.
    const train::Origin origin{data.checksum, train::fingerprint(compressed)};
    train::TrainState start = begin_training(training, balanced, origin, context);
    const evaluate::Evaluation before = evaluate::evaluate<float>(compressed, context.backend(), data.test);
    context.print(fmt::format("Fine-tuning at rank {}: {} parameters, before: accuracy {:.2f} %, loss {:.4f}",
                              rank, with_commas(compressed.size().parameters), 100 * before.accuracy(),
                              before.mean_loss));
    context.print(step_text(training.options.factors));
    const TrainingEnd end = run_training(training, std::move(start), data, origin, context);
    const auto moved = train::relative_changes(balanced, end.state.network);
    const Json result = finetune_json(job, rank, before, end, moved);
    job.run_directory.write(file_name, "eckart.finetune/1", record, result, overwrite);
    const int code = finish_training(training, end, record, context);
    if (code == kDone) {
        print_comparison(job, before, end.state.history.back(), moved, context);
        context.print(fmt::format("Saved {} ({})", training.output.string(),
                                  format_bytes(end.state.network.size().bytes)));
    }
    context.print_json(with_record("eckart.finetune/1", record, result));
    return code;
}

}  // namespace eckart::cli
