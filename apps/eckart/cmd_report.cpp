#include <filesystem>
#include <memory>

#include "commands.hpp"
#include "context.hpp"
#include "eckart/report/report.hpp"
#include "exit_codes.hpp"
#include "run_directory.hpp"

namespace eckart::cli {
namespace {

struct ReportArguments {
    std::string run_directory;
    bool no_plot_files = false;
    CommonOptions common;
};

int write_report(const ReportArguments& arguments, const Session& session) {
    Context context(session, arguments.common);
    report::ReportOptions options;
    options.plot_files = !arguments.no_plot_files;
    options.observer = &context.progress();
    options.stop = stop_requested();
    const std::filesystem::path page = report::write_report(arguments.run_directory, options);
    if (page.empty()) {
        context.progress().on_line("interrupted; no report was written");
        return interrupt_exit_code();
    }
    context.print(page.string());
    context.print_json(with_record("eckart.report/1", context.record(""),
                                   {{"report", page.string()}, {"bytes", std::filesystem::file_size(page)}}));
    return kDone;
}

}  // namespace

void add_command_report(Verb root, Session& session) {
    auto arguments = std::make_shared<ReportArguments>();
    Verb verb =
        root.add_verb("report", "Turn a run directory into one self-contained HTML page",
                      {"eckart report my-run                  writes my-run/report.html and my-run/plots/",
                       "eckart report my-run --no-plot-files  only the page, whose plots are interactive",
                       "eckart report my-run --json           prints where the page is, for scripts"});
    verb.add_text("RUN_DIR", arguments->run_directory, "DIR",
                  "Folder that was given to --run; an older report in it is replaced", Presence::kRequired);
    verb.add_flag("--no-plot-files", arguments->no_plot_files, "Do not draw the plots as SVG and PNG files");
    verb.add_common_options(arguments->common);
    verb.on_run(session, [&session, arguments] { return write_report(*arguments, session); });
}

}  // namespace eckart::cli
