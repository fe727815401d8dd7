// eckart data fetch
#include <memory>

#include "data_output.hpp"
#include "eckart/data/fetch.hpp"
#include "exit_codes.hpp"
#include "terminal.hpp"

namespace eckart::cli {
namespace {

struct FetchArguments {
    CommonOptions common;
    std::string name;
    std::string folder = "cifar10";
    std::vector<std::string> urls;
    bool no_checksum = false;
};

int run_fetch(const FetchArguments& arguments, const Session& session) {
    Context context(session, arguments.common);
    data::FetchOptions options;
    options.urls = arguments.urls;
    options.overwrite = arguments.common.overwrite();
    options.observer = &context.progress();
    options.stop = stop_requested();
    if (arguments.no_checksum) options.checksums.clear();
    const std::optional<data::DatasetPair> data = data::fetch_cifar10(arguments.folder, options);
    if (!data) {
        context.progress().on_line(arguments.no_checksum
                                       ? "Interrupted"
                                       : "Interrupted; the same command continues the download: " +
                                             context.command_line());
        return interrupt_exit_code();
    }
    print_written(*data, arguments.folder, context);
    return kDone;
}

}  // namespace

void add_data_fetch(Verb data, Session& session) {
    Verb verb = data.add_verb(
        "fetch", "Download CIFAR-10 (170 MB), check it and write its batches",
        {"eckart data fetch cifar10                into the folder cifar10, from the authors' server",
         "eckart data fetch cifar10 DIR --url https://mirror.example/cifar-10-python.tar.gz",
         "eckart data fetch cifar10                again: continues an interrupted download"});
    const auto arguments = std::make_shared<FetchArguments>();
    verb.add_choice("NAME", arguments->name, {"cifar10"},
                    "Data set to fetch; files of MNIST are read where they are", Presence::kRequired);
    verb.add_text("DIR", arguments->folder, "DIR", "Folder to write (default cifar10), created when missing");
    verb.add_texts("--url", arguments->urls, "URL",
                   "Address of the archive, binary or Python version; repeated: tried in turn");
    verb.add_flag("--no-checksum", arguments->no_checksum,
                  "Take an archive whose MD5 is not that of an official one");
    verb.add_force_option(arguments->common);
    verb.add_common_options(arguments->common);
    verb.on_run(session, [arguments, &session] { return run_fetch(*arguments, session); });
}

}  // namespace eckart::cli
