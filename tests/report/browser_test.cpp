// Opens the page in headless Chromium, where that is installed.
#include <gtest/gtest.h>

#include <string>

#include "eckart/report/report.hpp"
#include "report/process.hpp"
#include "sample_run.hpp"
#include "scratch_folder.hpp"

namespace eckart::report {
namespace {

constexpr std::size_t kPageLimit = 64U << 20U;

/// Notes every error, from before the page's own scripts run.
constexpr const char* kListen = R"(<head><script>
var problems = [];
window.addEventListener("error", function (event) { problems.push(event.message); });
window.addEventListener("unhandledrejection", function (event) { problems.push(String(event.reason)); });
document.addEventListener("securitypolicyviolation", function (event) { problems.push("blocked " + event.blockedURI); });
["error", "warn"].forEach(function (level) {
  console[level] = function () { problems.push(Array.prototype.join.call(arguments, " ")); };
});
</script>)";

/// Leaves in the document's attributes what it looks like once drawn. A canvas counts as drawn when it has at
/// least three colors: background, axis and curve.
constexpr const char* kProbe = R"(<script>
setTimeout(function () {
  var blank = [];
  document.querySelectorAll("canvas").forEach(function (canvas) {
    var pixels = new Uint32Array(canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.buffer);
    if (new Set(pixels).size < 3) blank.push(canvas.id);
  });
  var broken = Array.from(document.images).filter(function (image) { return image.naturalWidth === 0; });
  var seen = document.documentElement.dataset;
  seen.canvases = document.querySelectorAll("canvas").length;
  seen.blank = blank.join(" ");
  seen.problems = problems.join("; ");
  seen.brokenImages = broken.length;
  seen.overflow = Math.max(0, document.documentElement.scrollWidth - window.innerWidth);
  seen.hostile = String(window.hostile);
}, 300);
</script></body>)";

void replace_once(std::string& text, const std::string& what, const std::string& by) {
    const std::size_t at = text.rfind(what);
    ASSERT_NE(at, std::string::npos) << what;
    text.replace(at, what.size(), by);
}

class Browser : public testing::Test {
  protected:
    void SetUp() override {
        if (!run_process("chromium", {"--version"}, folder_ / "version").found) {
            GTEST_SKIP() << "chromium is not installed (tools/setup --tests installs it)";
        }
    }

    /// The value of the root element's attribute `data-NAME` after `run`'s page was shown.
    void show(const test::SampleRun& run, const std::string& window,
              const std::vector<std::string>& flags = {}) {
        test::write_sample_run(run, folder_ / "run");
        ReportOptions options;
        options.plot_files = false;
        std::string page = read_file(write_report(folder_ / "run", options), kPageLimit);
        const std::size_t head = page.find("<head>");
        ASSERT_NE(head, std::string::npos);
        page.replace(head, 6, kListen);
        replace_once(page, "</body>", kProbe);
        write_file(folder_ / "probe.html", page, Overwrite::kReplace);
        std::vector<std::string> arguments{"--headless",
                                           "--no-sandbox",
                                           "--disable-gpu",
                                           "--disable-dev-shm-usage",
                                           "--virtual-time-budget=3000",
                                           "--user-data-dir=" + (folder_ / "profile").string(),
                                           "--window-size=" + window,
                                           "--dump-dom"};
        arguments.insert(arguments.end(), flags.begin(), flags.end());
        arguments.push_back("file://" + (folder_ / "probe.html").string());
        const ProcessResult result = run_process("chromium", arguments, folder_ / "dom");
        ASSERT_EQ(result.status, 0) << result.output;
        dom_ = read_file(folder_ / "dom", kPageLimit);
    }

    [[nodiscard]] std::string seen(const std::string& name) const {
        const std::string key = " data-" + name + "=\"";
        const std::size_t root = dom_.find("<html");
        const std::size_t at = dom_.find(key, root);
        if (root == std::string::npos || at == std::string::npos || at > dom_.find('>', root))
            return "(nothing)";
        return dom_.substr(at + key.size(), dom_.find('"', at + key.size()) - at - key.size());
    }

    void expect_clean(const std::string& canvases) const {
        EXPECT_EQ(seen("problems"), "");
        EXPECT_EQ(seen("blank"), "");
        EXPECT_EQ(seen("canvases"), canvases);
        EXPECT_EQ(seen("broken-images"), "0");
        EXPECT_EQ(seen("overflow"), "0");
    }

    eckart::test::ScratchFolder folder_;
    std::string dom_;
};

TEST_F(Browser, DrawsEveryPlotWithoutErrors) {
    show(test::make_sample_run(), "1280,900");
    expect_clean("8");
}

TEST_F(Browser, FitsAPhoneAndTheDark) {
    show(test::make_sample_run(), "390,844", {"--blink-settings=preferredColorScheme=0"});
    expect_clean("8");
}

TEST_F(Browser, DrawsADivergedRunOfOneEpoch) {
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

TEST_F(Browser, RunsNoScriptFromNamesInFiles) {
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

TEST_F(Browser, NoticesABlankPlot) {
    test::SampleRun run = test::make_sample_run();
    show(run, "1280,900");
    const std::string honest = dom_;
    std::string page = read_file(folder_ / "probe.html", kPageLimit);
    const std::string call = "new Chart(document";
    replace_once(page, call, "new NoChart(document");
    write_file(folder_ / "probe.html", page, Overwrite::kReplace);
    run_process("chromium",
                {"--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                 "--virtual-time-budget=3000", "--user-data-dir=" + (folder_ / "profile").string(),
                 "--dump-dom", "file://" + (folder_ / "probe.html").string()},
                folder_ / "dom");
    dom_ = read_file(folder_ / "dom", kPageLimit);
    EXPECT_NE(seen("problems"), "");
    EXPECT_NE(seen("blank"), "");
}

}  // namespace
}  // namespace eckart::report
