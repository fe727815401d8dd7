// eckart probe exec
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "context.hpp"
#include "eckart/core/created_folders.hpp"
#include "eckart/core/error.hpp"
#include "eckart/probe/active_subspace_json.hpp"
#include "eckart/probe/external_program.hpp"
#include "eckart/probe/journal.hpp"
#include "eckart/report/probe_page.hpp"
#include "exit_codes.hpp"
#include "probe_bounds.hpp"
#include "probe_output.hpp"
#include "probe_verbs.hpp"
#include "run_directory.hpp"

namespace eckart::cli {
namespace fs = std::filesystem;
namespace {

constexpr double kNotGiven = std::numeric_limits<double>::quiet_NaN();
constexpr const char* kCalls = "calls.tsv";
constexpr const char* kResult = "probe.json";
constexpr const char* kSchema = "eckart.probe/1";

struct ExecArguments {
    CommonOptions common;
    std::int64_t dim = 0;  ///< 0: as many as the bounds
    std::string folder;
    double low = kNotGiven;
    double high = kNotGiven;
    std::string bounds;
    double timeout = 60;
    std::int64_t jobs = 1;
    std::int64_t restarts = 100;
    bool resume = false;
    bool no_plot_files = false;
    probe::ActiveSubspaceOptions options;
    std::vector<std::string> program;
};

probe::Box box_of(const ExecArguments& arguments) {
    const bool ends_given = !std::isnan(arguments.low) || !std::isnan(arguments.high);
    if (arguments.bounds.empty()) {
        if (arguments.dim == 0) throw InvalidArgument("how many numbers does f take? Give --dim or --bounds");
        const double low = std::isnan(arguments.low) ? -1 : arguments.low;
        const double high = std::isnan(arguments.high) ? 1 : arguments.high;
        if (!(low < high)) throw InvalidArgument(fmt::format("--low {} is not below --high {}", low, high));
        return {VectorD::Constant(arguments.dim, low), VectorD::Constant(arguments.dim, high)};
    }
    if (ends_given)
        throw InvalidArgument("--bounds and --low or --high contradict each other; give one of them");
    probe::Box box = read_bounds(arguments.bounds);
    if (arguments.dim != 0 && box.lower.size() != arguments.dim) {
        throw InvalidArgument(fmt::format("'{}' has bounds for {} variables, but --dim is {}",
                                          arguments.bounds, box.lower.size(), arguments.dim));
    }
    return box;
}

/// One study while the command runs.
class ExecStudy {
  public:
    ExecStudy(const ExecArguments& arguments, Context& context)
        : arguments_(arguments), context_(context), run_(arguments.folder), options_(arguments.options) {
        if (arguments.program.empty())
            throw InvalidArgument("no program to ask; name it after '--', as in: -- ./simulate");
        options_.box = box_of(arguments);
        options_.stop = stop_requested();
        options_.observer = &context.progress();
        options_.validate(dim());
        resumes_ = arguments.resume && fs::exists(run_.file(kCalls));
    }

    int run() {
        prepare();
        probe::ExternalProgram program(program_options());
        const CreatedFolders created(run_.folder());
        record_ = context_.record("");
        try {
            ask(program);
        } catch (const probe::Interrupted&) {
            return stop_early();
        }
        if (study_.found.interrupted || interrupt_exit_code() != 0) return stop_early();
        program.finish();
        if (program.restarts() > 0)
            context_.progress().on_line(
                fmt::format("the program was started again {} times", program.restarts()));
        return write();
    }

  private:
    [[nodiscard]] Eigen::Index dim() const { return options_.box.lower.size(); }
    /// Files beside a journal that goes on are its own.
    [[nodiscard]] Overwrite overwrite() const {
        return resumes_ ? Overwrite::kReplace : context_.options().overwrite();
    }

    void prepare() const {
        std::vector<std::string> names = report::probe_page_files();
        if (arguments_.no_plot_files) names.erase(names.begin(), names.end() - 1);
        names.emplace_back(kResult);
        std::vector<NamedPath> outputs = run_.named(names);
        outputs.push_back({"the journal", run_.file(kCalls)});
        require_distinct({{"the bounds", arguments_.bounds}}, outputs);
        if (!resumes_ && !context_.options().force && fs::exists(run_.file(kCalls))) {
            throw IoError(
                fmt::format("'{}' holds the calls of an earlier study; add --resume to go on with it or "
                            "--force to start over",
                            run_.file(kCalls).string()));
        }
        if (!resumes_) names.emplace_back(kCalls);
        run_.prepare(names, overwrite());
    }

    [[nodiscard]] probe::ExternalProgramOptions program_options() const {
        return {arguments_.program,  dim(),           arguments_.timeout, static_cast<int>(arguments_.jobs),
                arguments_.restarts, stop_requested()};
    }

    /// What the questions and answers depend on. The number of calls is not in it, so that a study can go on
    /// to more of them.
    [[nodiscard]] Json identity() const {
        Json json{{"program", arguments_.program}, {"seed", arguments_.common.seed}};
        json.update(probe::to_json(options_));
        json["options"].erase("max_calls");
        return json;
    }

    void ask(probe::ExternalProgram& program) {
        using Existing = probe::Journal::Existing;
        const Existing existing = resumes_                   ? Existing::kResume
                                  : context_.options().force ? Existing::kReplace
                                                             : Existing::kRefuse;
        probe::Journal journal(program, run_.file(kCalls), identity(), existing);
        if (journal.recorded() > 0)
            context_.progress().on_line(fmt::format("resuming after {} calls", journal.recorded()));
        study_ = {
            fmt::format("{}", fmt::join(arguments_.program, " ")), options_,
            probe::find_active_subspace(journal, Rng(arguments_.common.seed).fork("probe exec"), options_),
            record_};
    }

    [[nodiscard]] int stop_early() const {
        context_.progress().on_line(
            fs::exists(run_.file(kCalls))
                ? fmt::format("interrupted; every answer so far is in '{}'. To go on:\n  {}",
                              run_.file(kCalls).string(), context_.resume_command(false))
                : std::string("interrupted; nothing was written"));
        return interrupt_exit_code();
    }

    [[nodiscard]] int write() const {
        Json content{{"program", arguments_.program}, {"dim", dim()}};
        content.update(probe::to_json(options_));
        content.update(probe::to_json(study_.found));
        run_.write(kResult, kSchema, record_, content, overwrite());
        report::ReportOptions page;
        page.overwrite = overwrite();
        page.plot_files = !arguments_.no_plot_files;
        page.observer = &context_.progress();
        page.stop = stop_requested();
        std::vector<fs::path> files = report::write_probe_page(run_.folder(), study_, page);
        if (files.empty()) return stop_early();
        files.insert(files.begin(), {run_.file(kCalls), run_.file(kResult)});
        print_probe(study_, files, context_);
        context_.print_json(with_record(kSchema, record_, content));
        if (study_.found.outcome != probe::DimensionOutcome::kUndecided) return kDone;
        context_.progress().on_line(
            study_.found.calls_ran_out
                ? fmt::format("undecided; to go on with more calls, give a larger --max-calls than {} and "
                              "--resume",
                              options_.max_calls)
                : "undecided, and more calls would not change it");
        return kUnreachable;
    }

    const ExecArguments& arguments_;
    Context& context_;
    RunDirectory run_;
    probe::ActiveSubspaceOptions options_;
    bool resumes_ = false;
    RunRecord record_;
    report::ProbeStudy study_;
};

int run_exec(const ExecArguments& arguments, const Session& session) {
    Context context(session, arguments.common);
    return ExecStudy(arguments, context).run();
}

void add_search_options(Verb verb, ExecArguments& arguments) {
    verb.add_integer("--max-calls", arguments.options.max_calls, 1, 1'000'000'000,
                     "Most questions to ask (default 100000)");
    verb.add_real("--noise", arguments.options.noise, 0, kLargestNumber,
                  "Standard deviation of the noise of f (default: estimated)");
    verb.add_real("--gap", arguments.options.gap, 1, kLargestNumber,
                  "Ratio of neighboring eigenvalues that sets directions apart (default 10)");
    verb.add_integer("--samples", arguments.options.min_samples, 0, 1'000'000'000,
                     "Gradients to take at least, for narrower intervals (default 0)");
}

void add_program_options(Verb verb, ExecArguments& arguments) {
    verb.add_real("--timeout", arguments.timeout, 0.001, 1e9, "Seconds to wait for an answer (default 60)");
    verb.add_integer("--jobs", arguments.jobs, 1, 1024,
                     "Copies of the program that run at the same time (default 1)");
    verb.add_integer("--restarts", arguments.restarts, 0, 1'000'000'000,
                     "How often the program may be started again (default 100)");
}

}  // namespace

void add_probe_exec(Verb probe, Session& session) {
    Verb verb = probe.add_verb(
        "exec", "Find how many directions a program's answers depend on; it is named after '--'",
        {"eckart probe exec --dim 30 -o study -- ./simulate",
         "eckart probe exec --bounds ranges.txt -o study --jobs 4 --timeout 600 -- ./simulate --mesh fine",
         "eckart probe exec --dim 2 -o study -- mawk -W interactive '{ print sin($1 + $2) }'"});
    verb.add_details(
        {"The program is started once and stays running. Again and again it reads one line of n "
         "numbers, with a space between them, and answers with one line that holds one number. It must "
         "flush its output after every line and write nothing else to stdout.",
         "Every answer is kept in calls.tsv in the output folder; --resume goes on from there."});
    const auto arguments = std::make_shared<ExecArguments>();
    verb.add_integer("--dim", arguments->dim, 1, 100'000,
                     "How many numbers the program takes (default: as many as "
                     "--bounds has)");
    verb.add_text("-o,--output", arguments->folder, "DIR", "Folder for the results, created when missing",
                  Presence::kRequired);
    verb.add_real("--low", arguments->low, -kLargestNumber, kLargestNumber,
                  "Lower end of every number (default -1)");
    verb.add_real("--high", arguments->high, -kLargestNumber, kLargestNumber,
                  "Upper end of every number (default 1)");
    verb.add_text("--bounds", arguments->bounds, "FILE", "A line 'low high' for every number instead");
    add_search_options(verb, *arguments);
    add_program_options(verb, *arguments);
    verb.add_program_words(arguments->program);
    verb.add_flag("--resume", arguments->resume, "Go on with an interrupted study");
    verb.add_flag("--no-plot-files", arguments->no_plot_files, "Do not draw the plots as SVG and PNG files");
    verb.add_force_option(arguments->common);
    verb.add_common_options(arguments->common);
    verb.on_run(session, [arguments, &session] { return run_exec(*arguments, session); });
}

}  // namespace eckart::cli
