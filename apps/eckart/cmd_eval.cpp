#include <fmt/core.h>

#include <memory>

#include "commands.hpp"
#include "context.hpp"
#include "eckart/data/load.hpp"
#include "eckart/evaluate/accuracy.hpp"
#include "eckart/io/network_file.hpp"
#include "exit_codes.hpp"
#include "run_directory.hpp"
#include "table.hpp"
#include "training_options.hpp"

namespace eckart::cli {

namespace {

struct EvalArguments {
    CommonOptions common;
    std::string model;
    std::string data;
    std::int64_t batch = 1000;
};

int run_eval(const EvalArguments& arguments, const Session& session) {
    Context context(session, arguments.common);
    const io::NetworkFile file = io::load_network(arguments.model);
    const data::DatasetPair data = data::load_dataset(arguments.data);
    const evaluate::Evaluation result =
        evaluate::evaluate<float>(file.network, context.backend(), data.test, arguments.batch);
    evaluate::require_finite(result);
    const model::ModelSize size = file.network.size();
    context.print(fmt::format("Test set: Average loss: {:.4f}, Accuracy: {}/{} ({:.2f}%)", result.mean_loss,
                              result.correct, result.count, 100 * result.accuracy()));
    context.print(fmt::format("{} parameters, {}, {} multiply-adds per image{}", with_commas(size.parameters),
                              format_bytes(size.bytes), with_commas(size.macs),
                              file.network.factored() ? ", factored" : ""));
    context.print_json(with_record("eckart.evaluation/1", context.record(data.checksum),
                                   {{"model", model::describe(file.network)},
                                    {"data", {{"name", data.name}, {"test_count", data.test.count()}}},
                                    {"test_loss", result.mean_loss},
                                    {"test_correct", result.correct},
                                    {"test_count", result.count},
                                    {"test_accuracy", result.accuracy()}}));
    return kDone;
}

}  // namespace

void add_command_eval(Verb root, Session& session) {
    Verb verb = root.add_verb("eval", "Test accuracy and loss of a network, dense or factored",
                              {"eckart eval net.safetensors --data cifar-like",
                               "eckart eval small.safetensors --data cifar-like --json"});
    const auto arguments = std::make_shared<EvalArguments>();
    verb.add_text("MODEL", arguments->model, kNetworkFile, "Network (safetensors, or a chain in ONNX)",
                  Presence::kRequired);
    add_data_option(verb, arguments->data);
    verb.add_integer("--batch", arguments->batch, 1, 1'000'000, "Images per forward pass (default 1000)");
    verb.add_common_options(arguments->common);
    verb.on_run(session, [arguments, &session] { return run_eval(*arguments, session); });
}

}  // namespace eckart::cli
