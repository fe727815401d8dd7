// eckart data synth, eckart data import
#include <memory>

#include "data_output.hpp"
#include "eckart/data/cifar10.hpp"
#include "eckart/data/import.hpp"
#include "eckart/data/synthetic.hpp"
#include "exit_codes.hpp"

namespace eckart::cli {
namespace {

struct SynthArguments {
    CommonOptions common;
    std::string folder;
    data::SyntheticOptions options;
};

int run_synth(SynthArguments arguments, const Session& session) {
    Context context(session, arguments.common);
    const Overwrite overwrite = arguments.common.overwrite();
    data::require_writable_cifar10(arguments.folder, overwrite);
    arguments.options.seed = arguments.common.seed;
    data::DatasetPair data = data::make_synthetic(arguments.options);
    data::write_cifar10(data, arguments.folder, overwrite);
    data.location = arguments.folder;
    print_written(data, arguments.folder, context);
    return kDone;
}

struct ImportArguments {
    CommonOptions common;
    std::string source;
    std::string folder;
    bool no_checksum = false;
};

int run_import(const ImportArguments& arguments, const Session& session) {
    Context context(session, arguments.common);
    data::ImportOptions options;
    options.overwrite = arguments.common.overwrite();
    options.observer = &context.progress();
    if (arguments.no_checksum) options.checksums.clear();
    print_written(data::import_cifar10(arguments.source, arguments.folder, options), arguments.folder,
                  context);
    return kDone;
}

}  // namespace

void add_data_import(Verb data, Session& session) {
    Verb verb = data.add_verb(
        "import", "Take CIFAR-10 from an archive or folder that is here already",
        {"eckart data import cifar-10-binary.tar.gz cifar10",
         "eckart data import cifar-10-python.tar.gz cifar10   torchvision leaves it in its root folder",
         "eckart data import ~/datasets/cifar-10-batches-py cifar10"});
    const auto arguments = std::make_shared<ImportArguments>();
    verb.add_text("SOURCE", arguments->source, "PATH",
                  "CIFAR-10, binary or Python version, .tar.gz or unpacked", Presence::kRequired);
    verb.add_text("DIR", arguments->folder, "DIR", "Folder to write, created when missing",
                  Presence::kRequired);
    verb.add_flag("--no-checksum", arguments->no_checksum,
                  "Take an archive whose MD5 is not that of an official one");
    verb.add_force_option(arguments->common);
    verb.add_common_options(arguments->common);
    verb.on_run(session, [arguments, &session] { return run_import(*arguments, session); });
}

void add_data_synth(Verb data, Session& session) {
    Verb verb = data.add_verb(
        "synth", "Make ten classes of 32 x 32 color images, in CIFAR-10's layout",
        {"eckart data synth cifar-like", "eckart data synth small --train 1000 --test 200 --seed 7"});
    const auto arguments = std::make_shared<SynthArguments>();
    verb.add_text("DIR", arguments->folder, "DIR", "Folder to write, created when missing",
                  Presence::kRequired);
    verb.add_integer("--train", arguments->options.train_count, 1, 1'000'000,
                     "Training images (default 10000)");
    verb.add_integer("--test", arguments->options.test_count, 1, 1'000'000, "Test images (default 2000)");
    verb.add_force_option(arguments->common);
    verb.add_common_options(arguments->common);
    verb.on_run(session, [arguments, &session] { return run_synth(*arguments, session); });
}

}  // namespace eckart::cli
