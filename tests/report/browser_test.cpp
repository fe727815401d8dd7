// Opens the page in headless Chromium, where that is installed.
#include <gtest/gtest.h>

#include <string>

#include "browser.hpp"
#include "eckart/core/atomic_file.hpp"
#include "eckart/report/report.hpp"
#include "sample_run.hpp"

namespace eckart::report {
namespace {

using test::kPageLimit;

class ReportPage : public test::Browser {
  protected:
    void show(const test::SampleRun& run, const std::string& window,
              const std::vector<std::string>& flags = {}) {
        test::write_sample_run(run, folder_ / "run");
        ReportOptions options;
        options.plot_files = false;
        show_page(read_file(write_report(folder_ / "run", options), kPageLimit), window, flags);
    }
};

TEST_F(ReportPage, DrawsEveryPlotWithoutErrors) {
    show(test::make_sample_run(), "1280,900");
    expect_clean("8");
}

TEST_F(ReportPage, FitsAPhoneAndTheDark) {
    show(test::make_sample_run(), "390,844", {"--blink-settings=preferredColorScheme=0"});
    expect_clean("8");
}

TEST_F(ReportPage, DrawsADivergedRunOfOneEpoch) {
    test::SampleRun run = test::make_sample_run();
    run.training["outcome"] = "diverged";
    const Json first = run.training["epochs"][0];
    run.training["epochs"] = Json::array({first});
    run.training["epochs"][0]["test_loss"] = nullptr;
    run.sweep = nullptr;
    run.spectra = nullptr;
    run.fine_tunings.clear();
    show(run, "1280,900");
    expect_clean("2");
}

TEST_F(ReportPage, RunsNoScriptFromNamesInFiles) {
    const std::string hostile =
        "</script><script>window.hostile = 1</script><img src=x onerror='hostile=1'>\"";
    test::SampleRun run = test::make_sample_run();
    run.data["name"] = hostile;
    run.data["classes"][0] = hostile;
    run.spectra["layers"][0]["name"] = hostile;
    run.compression["layers"][0]["name"] = hostile;
    run.sweep["timing"]["method"] = hostile;
    run.training["run_record"]["cpu"] = hostile;
    run.fine_tunings[0]["moved"][0]["tensor"] = hostile;
    show(run, "1280,900");
    EXPECT_EQ(seen("hostile"), "undefined");
    expect_clean("8");
}

TEST_F(ReportPage, NoticesABlankPlot) {
    show(test::make_sample_run(), "1280,900");
    std::string page = read_file(folder_ / "run" / "report.html", kPageLimit);
    const std::string call = "new Chart(document";
    const std::size_t at = page.rfind(call);
    ASSERT_NE(at, std::string::npos);
    page.replace(at, call.size(), "new NoChart(document");
    show_page(page, "1280,900");
    EXPECT_NE(seen("problems"), "");
    EXPECT_NE(seen("blank"), "");
}

}  // namespace
}  // namespace eckart::report
