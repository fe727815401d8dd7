#include <memory>

#include "commands.hpp"
#include "eckart/data/load.hpp"
#include "eckart/evaluate/accuracy.hpp"
#include "eckart/io/network_file.hpp"
#include "eckart/train/finetune.hpp"
#include "finetune_job.hpp"
#include "training_options.hpp"

namespace eckart::cli {

namespace {

struct FinetuneArguments {
    CommonOptions common;
    TrainingArguments training;
    std::string model;
    std::string reference;
    bool orthogonal = false;
};

int run(const FinetuneArguments& arguments, const Session& session) {
    Context context(session, arguments.common);
    const io::NetworkFile file = io::load_network(arguments.model);
    const data::DatasetPair data = data::load_dataset(arguments.training.data);
    FinetuneJob job{arguments.training.training_run(arguments.common),
                    RunDirectory(arguments.training.run_directory),
                    {}};
    if (arguments.orthogonal) job.training.options.factors = train::FactorUpdate::kOrthogonal;
    job.training.inputs = {{"the input", arguments.model}, {"the reference", arguments.reference}};
    if (!arguments.reference.empty()) {
        const io::NetworkFile dense = io::load_network(arguments.reference);
        const auto result = evaluate::evaluate<float>(dense.network, context.backend(), data.test);
        job.dense = DenseReference{result.accuracy(), dense.network.size().parameters};
    }
    return run_finetune(job, file.network, data, context);
}

}  // namespace

void add_command_finetune(Verb root, Session& session) {
    Verb verb = root.add_verb(
        "finetune", "Train the factors of a compressed network to get accuracy back",
        {"eckart finetune small.safetensors --data cifar-like -o tuned.safetensors",
         "eckart finetune small.safetensors --data cifar-like -o tuned.safetensors --epochs 5 "
         "--reference net.safetensors",
         "eckart finetune small.safetensors --data cifar-like -o tuned.safetensors --orthogonal"});
    const auto arguments = std::make_shared<FinetuneArguments>();
    arguments->training.options = train::finetune_defaults();
    verb.add_text("MODEL", arguments->model, kNetworkFile,
                  "Compressed network (safetensors, or a chain in ONNX)", Presence::kRequired);
    add_training_options(verb, arguments->training);
    verb.add_text("--reference", arguments->reference, kNetworkFile,
                  "The uncompressed network, to compare with");
    verb.add_flag("--orthogonal", arguments->orthogonal,
                  "Keep the factors' singular vectors orthonormal: Adam along geodesics");
    verb.add_common_options(arguments->common);
    verb.add_force_option(arguments->common);
    verb.on_run(session, [arguments, &session] { return run(*arguments, session); });
}

}  // namespace eckart::cli
