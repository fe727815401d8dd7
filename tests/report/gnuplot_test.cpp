#include "report/gnuplot.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

#include "eckart/core/error.hpp"
#include "eckart/report/report.hpp"
#include "report/process.hpp"
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
