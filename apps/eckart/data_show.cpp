// eckart data info, eckart data preview
#include <filesystem>
#include <memory>
#include <system_error>
#include <vector>

#include "data_output.hpp"
#include "distinct_files.hpp"
#include "eckart/data/load.hpp"
#include "eckart/data/preview.hpp"
#include "exit_codes.hpp"
#include "run_directory.hpp"

namespace eckart::cli {
namespace fs = std::filesystem;
namespace {

struct InfoArguments {
    CommonOptions common;
    std::string folder;
};

struct PreviewArguments {
    CommonOptions common;
    std::string folder;
    std::string output;
    std::string part = "train";
    std::int64_t per_class = 10;
    std::int64_t scale = 2;
};

int run_info(const InfoArguments& arguments, const Session& session) {
    Context context(session, arguments.common);
    print_content(data::load_dataset(arguments.folder), context);
    return kDone;
}

/// The files of a data set, whatever its layout. An older preview may lie among them.
std::vector<NamedPath> files_in(const fs::path& folder) {
    std::vector<NamedPath> files;
    for (const fs::path& place : {folder, folder / "cifar-10-batches-bin", folder / "raw"}) {
        std::error_code error;
        for (fs::directory_iterator entry(place, error), end; !error && entry != end;
             entry.increment(error)) {
            if (entry->path().extension() != ".png") files.push_back({"the data set's file", entry->path()});
        }
    }
    return files;
}

int run_preview(const PreviewArguments& arguments, const Session& session) {
    Context context(session, arguments.common);
    require_distinct(files_in(arguments.folder), {{"the output", arguments.output}});
    require_writable(arguments.output, arguments.common.overwrite());
    const data::DatasetPair data = data::load_dataset(arguments.folder);
    const data::RgbImage grid =
        data::preview_grid(arguments.part == "train" ? data.train : data.test,
                           {static_cast<int>(arguments.per_class), static_cast<int>(arguments.scale)});
    write_file(arguments.output, data::encode_png(grid), arguments.common.overwrite());
    context.print(arguments.output);
    context.print_json(
        with_record("eckart.preview/1", context.record(data.checksum),
                    {{"image", arguments.output}, {"width", grid.width}, {"height", grid.height}}));
    return kDone;
}

}  // namespace

void add_data_info(Verb data, Session& session) {
    Verb verb = data.add_verb("info", "Count the images of every class and warn of trouble",
                              {"eckart data info cifar-like", "eckart data info cifar-like --json"});
    const auto arguments = std::make_shared<InfoArguments>();
    verb.add_text("DIR", arguments->folder, "DIR", "Folder of a data set", Presence::kRequired);
    verb.add_common_options(arguments->common);
    verb.on_run(session, [arguments, &session] { return run_info(*arguments, session); });
}

void add_data_preview(Verb data, Session& session) {
    Verb verb =
        data.add_verb("preview", "Draw a labelled grid of images, one row per class",
                      {"eckart data preview cifar-like -o images.png",
                       "eckart data preview cifar-like -o test.png --part test --per-class 20 --scale 1"});
    const auto arguments = std::make_shared<PreviewArguments>();
    verb.add_text("DIR", arguments->folder, "DIR", "Folder of a data set", Presence::kRequired);
    verb.add_text("-o,--output", arguments->output, {"FILE", {".png"}}, "PNG file to write",
                  Presence::kRequired);
    verb.add_choice("--part", arguments->part, {"train", "test"}, "Which images to draw (default train)");
    verb.add_integer("--per-class", arguments->per_class, 1, 100, "Images in each row (default 10)");
    verb.add_integer("--scale", arguments->scale, 1, 16, "Screen pixels per image pixel (default 2)");
    verb.add_force_option(arguments->common);
    verb.add_common_options(arguments->common);
    verb.on_run(session, [arguments, &session] { return run_preview(*arguments, session); });
}

}  // namespace eckart::cli
