#include <memory>

#include "commands.hpp"
#include "distinct_files.hpp"
#include "eckart/core/error.hpp"
#include "export_job.hpp"

namespace eckart::cli {

namespace {

struct ExportArguments {
    CommonOptions common;
    std::string model;
    std::string output;
    bool onnx = false;
};

int run(const ExportArguments& arguments, const Session& session) {
    ExportJob job{arguments.model, arguments.output, io::format_of_name(arguments.output)};
    if (arguments.onnx) job.format = io::NetworkFormat::kOnnx;
    if (job.format == io::NetworkFormat::kSafetensors && job.output.extension() != ".safetensors") {
        throw InvalidArgument(
            "export: no format; add --onnx, or name an output that ends in .onnx or .safetensors");
    }
    require_distinct({{"the input", job.input}}, {{"the output", job.output}});
    require_writable(job.output, arguments.common.overwrite());
    Context context(session, arguments.common);
    return run_export(job, io::load_network(job.input), context);
}

}  // namespace

void add_command_export(Verb root, Session& session) {
    Verb verb = root.add_verb("export", "Write a network as ONNX, for other runtimes, or as safetensors",
                              {"eckart export small.safetensors --onnx -o small.onnx",
                               "eckart export net.onnx -o net.safetensors"});
    verb.add_details(
        {"The ONNX model has one input, 'input' (batch, numbers), and one output, 'log_probabilities' "
         "(batch, "
         "classes), with any number of images in a batch. Images come as for training: pixels / 127.5 - 1, "
         "channel by channel. A factored layer is two Gemm nodes; tensors have the names that they have in "
         "safetensors. The file is read back before it takes its name."});
    const auto arguments = std::make_shared<ExportArguments>();
    verb.add_text("MODEL", arguments->model, kNetworkFile, "Network (safetensors, or a chain in ONNX)",
                  Presence::kRequired);
    verb.add_flag("--onnx", arguments->onnx, "As ONNX, whatever the output's name");
    verb.add_text("-o,--output", arguments->output, kNetworkFile, "Where to write it", Presence::kRequired);
    verb.add_common_options(arguments->common);
    verb.add_force_option(arguments->common);
    verb.on_run(session, [arguments, &session] { return run(*arguments, session); });
}

}  // namespace eckart::cli
