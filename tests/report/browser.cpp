#include "browser.hpp"

#include "eckart/core/atomic_file.hpp"
#include "report/process.hpp"

namespace eckart::report::test {
namespace {

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

}  // namespace

void Browser::SetUp() {
    if (!run_process("chromium", {"--version"}, folder_ / "version").found) {
        GTEST_SKIP() << "chromium is not installed (tools/setup --tests installs it)";
    }
}

void Browser::show_page(std::string page, const std::string& window, const std::vector<std::string>& flags) {
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

std::string Browser::seen(const std::string& name) const {
    const std::string key = " data-" + name + "=\"";
    const std::size_t root = dom_.find("<html");
    const std::size_t at = dom_.find(key, root);
    if (root == std::string::npos || at == std::string::npos || at > dom_.find('>', root)) return "(nothing)";
    return dom_.substr(at + key.size(), dom_.find('"', at + key.size()) - at - key.size());
}

void Browser::expect_clean(const std::string& canvases) const {
    EXPECT_EQ(seen("problems"), "");
    EXPECT_EQ(seen("blank"), "");
    EXPECT_EQ(seen("canvases"), canvases);
    EXPECT_EQ(seen("broken-images"), "0");
    EXPECT_EQ(seen("overflow"), "0");
}

}  // namespace eckart::report::test
