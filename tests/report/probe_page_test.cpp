#include "eckart/report/probe_page.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "browser.hpp"
#include "eckart/core/error.hpp"
#include "eckart/probe/active_subspace_json.hpp"
#include "error_message.hpp"
#include "report/gnuplot.hpp"
#include "report/probe_plots.hpp"
#include "report/process.hpp"
#include "scratch_folder.hpp"

namespace eckart::report {
namespace {

namespace fs = std::filesystem;
using eckart::test::expect_words;
using eckart::test::message_of;
using probe::DimensionOutcome;
using test::kPageLimit;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// Random, by Gram and Schmidt.
MatrixD orthonormal(Eigen::Index n, Rng& rng) {
    MatrixD basis = MatrixD::NullaryExpr(n, n, [&] { return rng.normal(); });
    for (Eigen::Index i = 0; i < n; ++i) {
        for (Eigen::Index j = 0; j < i; ++j) basis.col(i) -= basis.col(j).dot(basis.col(i)) * basis.col(j);
        basis.col(i).normalize();
    }
    return basis;
}

/// A function of `n` variables of which `dimension` matter, with noise of about 1e-4.
ProbeStudy study(Eigen::Index n, Eigen::Index dimension, DimensionOutcome outcome) {
    Rng rng(2);
    ProbeStudy result;
    result.function = "./simulate --mesh fine";
    result.options.box = {VectorD::Constant(n, -1), VectorD::Constant(n, 1)};
    probe::ActiveSubspace& found = result.found;
    found.outcome = outcome;
    found.dimension = dimension;
    found.exact = true;
    found.reason = "the answers do not change along the other directions";
    found.eigenvalues.resize(n);
    for (Eigen::Index i = 0; i < n; ++i)
        found.eigenvalues[i] = i < dimension ? 10 * std::pow(0.2, i) : 1e-8 * std::pow(0.9, i);
    found.lower = found.eigenvalues / 1.3;
    found.upper = found.eigenvalues * 1.2;
    found.noise_floor = 1e-7;
    found.basis = orthonormal(n, rng);
    found.noise = 1e-4;
    found.step = 0.01;
    found.subspace_error = dimension > 0 ? 2e-5 : kNaN;
    found.calls = {1234, 0};
    found.samples = 40;
    found.points = MatrixD::NullaryExpr(300, n, [&] { return rng.uniform(-1, 1); });
    found.values = (found.points * found.basis.col(0)).array().sin();
    result.record = capture_run_record("eckart probe exec", 7, 2);
    return result;
}

std::string page_of(const ProbeStudy& what, const fs::path& folder) {
    ReportOptions options;
    options.plot_files = false;
    return read_file(write_probe_page(folder, what, options).back(), kPageLimit);
}

class ProbePage : public test::Browser {};

TEST_F(ProbePage, IsDrawnWithoutErrorsForEveryOutcome) {
    show_page(page_of(study(12, 2, DimensionOutcome::kDetermined), folder_.path()), "1280,900");
    expect_clean("4");
    show_page(page_of(study(12, 1, DimensionOutcome::kUndecided), folder_.path()), "390,844");
    expect_clean("3");
    show_page(page_of(study(3, 3, DimensionOutcome::kFullDimensional), folder_.path()), "1280,900",
              {"--blink-settings=preferredColorScheme=0"});
    expect_clean("4");
    show_page(page_of(study(1, 1, DimensionOutcome::kFullDimensional), folder_.path()), "1280,900");
    expect_clean("3");
    show_page(page_of(study(12, 0, DimensionOutcome::kConstant), folder_.path()), "1280,900");
    expect_clean("1");
}

TEST_F(ProbePage, RunsNoScriptFromACommandLine) {
    ProbeStudy hostile = study(3, 1, DimensionOutcome::kDetermined);
    hostile.function = "</script><script>window.hostile = 1</script><img src=x onerror='hostile=1'>\"";
    hostile.record.command = hostile.function;
    hostile.found.reason = hostile.function;
    show_page(page_of(hostile, folder_.path()), "1280,900");
    EXPECT_EQ(seen("hostile"), "undefined");
    expect_clean("3");
}

TEST(ProbePageText, SaysWhatWasFoundAndHow) {
    const eckart::test::ScratchFolder folder;
    const std::string page = page_of(study(12, 2, DimensionOutcome::kDetermined), folder.path());
    expect_words(page, {"Effective dimension of ./simulate --mesh fine", "f varies in 2 of 12 directions",
                        "determined", "95 % interval", "Every variable is in [-1, 1]", "with seed 7",
                        "asked 1,234 times", "noise of f has a standard deviation of 1.00e-4 (estimated)",
                        "eckart probe exec"});
    EXPECT_EQ(page.find("a guess"), std::string::npos);
    expect_words(page_of(study(12, 2, DimensionOutcome::kUndecided), folder.path()),
                 {"Undecided after 1234 calls", "the dimension is a guess", "<strong>2?</strong>"});
}

TEST(ProbePageText, LeavesOutWhatHasNoNumbers) {
    ProbeStudy zero = study(4, 0, DimensionOutcome::kConstant);
    zero.found.eigenvalues.setZero();
    zero.found.lower.setZero();
    zero.found.upper.setZero();
    zero.found.noise_floor = 0;
    EXPECT_TRUE(probe_plots(zero).empty());
    const eckart::test::ScratchFolder folder;
    expect_words(page_of(zero, folder.path()), {"f is constant", "all 4 directions"});
}

TEST(ProbePlots, KeepIntervalsOnALogarithmicAxis) {
    ProbeStudy with_zeros = study(6, 2, DimensionOutcome::kDetermined);
    with_zeros.found.lower.setZero();
    with_zeros.found.eigenvalues[5] = 0;
    with_zeros.found.eigenvalues[4] = -1e-20;
    const std::vector<Plot> plots = probe_plots(with_zeros);
    ASSERT_EQ(plots.front().id, "spectrum");
    ASSERT_EQ(plots.front().series.front().points.size(), 4U);
    for (const PlotPoint& point : plots.front().series.front().points) {
        EXPECT_GE(point.low, plots.front().y.low);
        EXPECT_LE(point.low, point.y);
        EXPECT_LE(point.y, point.high);
    }
}

TEST(ProbePlots, AreFilesThatTheNextStudyReplaces) {
    const eckart::test::ScratchFolder folder;
    if (!run_process("gnuplot", {"--version"}, folder / "version").found)
        GTEST_SKIP() << "gnuplot is not installed";
    const ProbeStudy plane = study(5, 2, DimensionOutcome::kDetermined);
    std::vector<std::string> names;
    for (const fs::path& path : write_probe_page(folder / "s", plane, {}))
        names.push_back(path.filename().string());
    EXPECT_EQ(names, probe_page_files());
    for (const std::string& name : names) EXPECT_GT(fs::file_size(folder / "s" / name), 4000U) << name;
    ReportOptions keep;
    keep.overwrite = Overwrite::kRefuse;
    EXPECT_NE(message_of<IoError>([&] { write_probe_page(folder / "s", plane, keep); }),
              "no exception of this type");
    write_probe_page(folder / "s", study(5, 1, DimensionOutcome::kDetermined), {});
    EXPECT_FALSE(fs::exists(folder / "s" / "active-2.svg"));
    EXPECT_TRUE(fs::exists(folder / "s" / "active-1.svg"));
    ReportOptions stopped;
    stopped.stop = [] { return true; };
    EXPECT_TRUE(write_probe_page(folder / "t", plane, stopped).empty());
    for (const Plot& plot : probe_plots(plane)) EXPECT_TRUE(is_probe_plot_id(plot.id));
}

TEST(ProbeJson, HoldsAllButThePoints) {
    const ProbeStudy what = study(3, 1, DimensionOutcome::kDetermined);
    const Json json = to_json(what.found);
    EXPECT_EQ(json["outcome"], "determined");
    EXPECT_EQ(json["basis"].size(), 3U);
    EXPECT_EQ(json["basis"][1][2], what.found.basis(2, 1));
    EXPECT_FALSE(json.contains("points"));
    const Json options = to_json(what.options);
    EXPECT_TRUE(options["options"]["noise"].is_null());
    EXPECT_EQ(options["box"]["lower"], (Json{-1.0, -1.0, -1.0}));
}

}  // namespace
}  // namespace eckart::report
