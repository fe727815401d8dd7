#include "report/gnuplot.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <unistd.h>

#include <cstdlib>

#include "eckart/core/error.hpp"
#include "eckart/report/report.hpp"
#include "report/plots.hpp"
#include "report/process.hpp"
#include "report/run_data.hpp"
#include "sample_run.hpp"
#include "scratch_folder.hpp"

namespace eckart::report {
namespace fs = std::filesystem;
namespace {

Plot small_plot() {
    Plot plot{"small", "A plot", "", {"x", ""}, {"y (ms)", "ms"}, {}, {}, {}};
    plot.series.push_back({"empty", SeriesStyle::kLine, 0, {{1, kNoValue}}});
    plot.series.push_back(
        {"full", SeriesStyle::kLineWithPoints, 1, {{1, 0.5, 0.25, 0.75}, {2, 1.5, 1.25, 1.75}}});
    return plot;
}

class Lines : public ProgressObserver {
  public:
    void on_line(const std::string& line) override { lines.push_back(line); }
    std::vector<std::string> lines;
};

/// PATH for one test.
class PathVariable {
  public:
    explicit PathVariable(const std::string& value) : before_(std::getenv("PATH")) {
        setenv("PATH", value.c_str(), 1);
    }
    ~PathVariable() { setenv("PATH", before_.c_str(), 1); }
    PathVariable(const PathVariable&) = delete;
    PathVariable& operator=(const PathVariable&) = delete;

  private:
    std::string before_;
};

fs::path test_run(const fs::path& folder) {
    test::write_sample_run(test::make_sample_run(), folder / "run");
    return folder / "run";
}

std::size_t entries(const fs::path& folder) {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

TEST(Gnuplot, DataHasOneBlockPerSeriesThatHasValues) {
    EXPECT_EQ(gnuplot_data(small_plot()), "1\t0.5\t0.25\t0.75\n2\t1.5\t1.25\t1.75\n\n\n");
    const std::string script = gnuplot_script(small_plot());
    EXPECT_NE(script.find("index 0 using 1:3:4 with filledcurves"), std::string::npos) << script;
    EXPECT_EQ(script.find("index 1"), std::string::npos) << script;
}

TEST(Gnuplot, ScriptQuotesLabels) {
    Plot plot = small_plot();
    plot.title = "it's\n`reboot` $(x) \"y\"";
    EXPECT_NE(gnuplot_script(plot).find("set title 'it''s `reboot` $(x) \"y\"' noenhanced"),
              std::string::npos);
}

TEST(Gnuplot, DrawsEveryPlotOfARun) {
    const eckart::test::ScratchFolder folder;
    if (!run_process("gnuplot", {"--version"}, folder / "version").found)
        GTEST_SKIP() << "gnuplot is not installed";
    test::SampleRun run = test::make_sample_run();
    run.spectra["layers"][0]["name"] =
        "it's_a `touch " + (folder / "owned").string() + "` \"name\"\nset bogus";
    test::write_sample_run(run, folder / "run");
    Lines lines;
    ReportOptions options;
    options.observer = &lines;
    const std::string page = read_file(write_report(folder / "run", options), 64U << 20U);
    EXPECT_TRUE(lines.lines.empty()) << lines.lines.front();
    EXPECT_EQ(entries(folder / "run" / "plots"), 16u);  // eight plots, two formats, nothing else left behind
    EXPECT_FALSE(fs::exists(folder / "owned"));
    EXPECT_NE(page.find("plots</code>, each as SVG and PNG"), std::string::npos);
    for (const fs::directory_entry& entry : fs::directory_iterator(folder / "run" / "plots")) {
        const std::string content = read_file(entry.path(), 64U << 20U);
        const bool svg = entry.path().extension() == ".svg";
        EXPECT_EQ(content.substr(0, svg ? 5 : 4), svg ? "<?xml" : "\x89PNG") << entry.path();
        EXPECT_GT(content.size(), 4000u) << entry.path();
    }
    EXPECT_NE(read_file(folder / "run" / "plots" / "spectra.svg", 64U << 20U).find("it's_a"),
              std::string::npos);
}

TEST(Gnuplot, MissingProgramIsOneLineAndTheReportIsWritten) {
    const eckart::test::ScratchFolder folder;
    test::write_sample_run(test::make_sample_run(), folder / "run");
    const PathVariable path((folder / "nowhere").string());
    Lines lines;
    ReportOptions options;
    options.observer = &lines;
    const fs::path page = write_report(folder / "run", options);
    ASSERT_EQ(lines.lines.size(), 1u);
    EXPECT_NE(lines.lines[0].find("gnuplot is not installed"), std::string::npos);
    EXPECT_EQ(entries(folder / "run" / "plots"), 0u);
    EXPECT_EQ(read_file(page, 64U << 20U).find("each as SVG and PNG"), std::string::npos);
}

TEST(Gnuplot, FailingProgramIsOneLineWithItsWords) {
    const eckart::test::ScratchFolder folder;
    fs::create_directory(folder / "bin");
    write_file(folder / "bin" / "gnuplot", "#!/bin/sh\necho 'no such terminal' >&2\nexit 3\n",
               Overwrite::kReplace);
    fs::permissions(folder / "bin" / "gnuplot", fs::perms::owner_all);
    const PathVariable path((folder / "bin").string());
    const Plot plot = small_plot();
    const PlotFiles files = draw_plot_files({&plot}, folder / "plots", Overwrite::kReplace);
    EXPECT_TRUE(files.names.empty());
    EXPECT_EQ(files.problem, "gnuplot could not draw 'small' (exit status 3): no such terminal");
    EXPECT_EQ(entries(folder / "plots"), 0u);
}

/// A gnuplot of our own in `folder`/bin, which the returned PATH finds together with the system's programs.
std::string fake_gnuplot(const fs::path& folder, const std::string& script) {
    fs::create_directory(folder / "bin");
    write_file(folder / "bin" / "gnuplot", "#!/bin/sh\n" + script, Overwrite::kReplace);
    fs::permissions(folder / "bin" / "gnuplot", fs::perms::owner_all);
    return (folder / "bin").string() + ":/usr/bin:/bin";
}

TEST(Gnuplot, InterruptionIsNotItsFaultAndLeavesNothing) {
    const eckart::test::ScratchFolder folder;
    test::write_sample_run(test::make_sample_run(), folder / "run");
    const PathVariable path(fake_gnuplot(
        folder.path(), "echo x >> '" + (folder / "calls").string() + "'\nkill -INT $$\nexec sleep 60\n"));
    Lines lines;
    ReportOptions options;
    options.observer = &lines;
    options.stop = [&] { return fs::exists(folder / "calls"); };
    EXPECT_EQ(write_report(folder / "run", options), fs::path());
    EXPECT_TRUE(lines.lines.empty());
    EXPECT_EQ(read_file(folder / "calls", 100), "x\n");
    EXPECT_FALSE(fs::exists(folder / "run" / "report.html"));
    EXPECT_EQ(entries(folder / "run" / "plots"), 0u);
}

TEST(Gnuplot, RemovesWhatKilledAndEarlierReportsLeft) {
    const eckart::test::ScratchFolder folder;
    const PathVariable path(fake_gnuplot(
        folder.path(), "cd \"$(dirname \"$2\")\"\necho new > small.svg\necho new > small.png\n"));
    const fs::path plots = folder / "plots";
    fs::create_directories(plots / "drawing-abcdef" / "inside");
    fs::create_directories(plots / "drawing-room");
    for (const char* name : {"time-batch-7.svg", "time-batch-7.png", "spectra.png", "time-batch-x.svg",
                             "mine.svg", "spectra.txt"}) {
        write_file(plots / name, "old", Overwrite::kRefuse);
    }
    const Plot plot = small_plot();
    const PlotFiles files = draw_plot_files({&plot}, plots, Overwrite::kReplace);
    EXPECT_EQ(files.names, (std::vector<std::string>{"small.svg", "small.png"})) << files.problem;
    EXPECT_EQ(read_file(plots / "small.svg", 100), "new\n");
    for (const char* name : {"drawing-room", "time-batch-x.svg", "mine.svg", "spectra.txt"})
        EXPECT_TRUE(fs::exists(plots / name)) << name;
    EXPECT_EQ(entries(plots), 6u);
    const Plots known = make_plots(load_run(test_run(folder.path())));
    for (const Plot* one : known.all()) EXPECT_TRUE(is_plot_id(one->id)) << one->id;
}

TEST(Gnuplot, KeepsTheWorkOfALivingReport) {
    const eckart::test::ScratchFolder folder;
    const PathVariable path(fake_gnuplot(folder.path(), "exit 3\n"));
    fs::create_directories(folder / "plots" / "drawing-abcdef");
    const int held = open((folder / "plots" / "drawing-abcdef").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ASSERT_EQ(flock(held, LOCK_EX), 0);
    const Plot plot = small_plot();
    draw_plot_files({&plot}, folder / "plots", Overwrite::kReplace);
    EXPECT_TRUE(fs::exists(folder / "plots" / "drawing-abcdef"));
    close(held);
    draw_plot_files({&plot}, folder / "plots", Overwrite::kReplace);
    EXPECT_EQ(entries(folder / "plots"), 0u);
}

TEST(Gnuplot, KeepsFilesThatExistWhenTold) {
    const eckart::test::ScratchFolder folder;
    write_file(folder / "small.svg", "mine", Overwrite::kRefuse);
    const Plot plot = small_plot();
    EXPECT_THROW(draw_plot_files({&plot}, folder.path(), Overwrite::kRefuse), IoError);
    EXPECT_EQ(read_file(folder / "small.svg", 100), "mine");
}

TEST(Process, PassesArgumentsUnchangedAndTheCLocale) {
    const eckart::test::ScratchFolder folder;
    const ProcessResult echo = run_process("printf", {"%s|%s", "a b", "$HOME;`x`"}, folder / "out");
    EXPECT_EQ(echo.output, "a b|$HOME;`x`");
    setenv("LC_ALL", "de_DE.UTF-8", 1);
    EXPECT_EQ(run_process("printenv", {"LC_NUMERIC", "LC_ALL"}, folder / "out").output, "C\n");
    unsetenv("LC_ALL");
    EXPECT_EQ(run_process("sh", {"-c", "exit 7"}, folder / "out").status, 7);
    EXPECT_EQ(run_process("sh", {"-c", "kill -9 $$"}, folder / "out").status, 137);
    EXPECT_EQ(run_process("sh", {"-c", "yes | head -c 3000000"}, folder / "out").output.size(), 1024U)
        << "of many words the first are kept";
    EXPECT_FALSE(run_process("no-such-program-anywhere", {}, folder / "out").found);
}

}  // namespace
}  // namespace eckart::report
