#include "eckart/report/report.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "contains.hpp"
#include "eckart/core/error.hpp"
#include "eckart/data/png.hpp"
#include "report/format.hpp"
#include "sample_run.hpp"
#include "scratch_folder.hpp"

namespace eckart::report {
namespace {

using eckart::test::contains;

std::string page_of(const test::SampleRun& run) {
    const eckart::test::ScratchFolder folder;
    test::write_sample_run(run, folder.path());
    ReportOptions options;
    options.plot_files = false;
    const std::filesystem::path page = write_report(folder.path(), options);
    EXPECT_EQ(page, folder / "report.html");
    return read_file(page, 64U << 20U);
}

TEST(Report, HoldsEverySectionInOrder) {
    const std::string page = page_of(test::make_sample_run());
    std::size_t last = 0;
    for (const char* id : {"data", "training", "spectra", "accuracy", "time", "fine-tuning", "vectors",
                           "layers", "findings", "method"}) {
        const std::size_t at = page.find("<section id=\"" + std::string(id) + "\">");
        ASSERT_NE(at, std::string::npos) << id;
        EXPECT_GT(at, last) << id;
        last = at;
    }
}

TEST(Report, LoadsNothingFromElsewhere) {
    const std::string page = page_of(test::make_sample_run());
    EXPECT_FALSE(contains(page, " src=\"http"));
    EXPECT_FALSE(contains(page, "<link"));
    EXPECT_FALSE(contains(page, "url("));
    EXPECT_TRUE(contains(page, "default-src 'none'"));
    EXPECT_TRUE(contains(page, "src=\"data:image/png;base64,iVBORw0KGgo"));
}

TEST(Report, ShowsSingularVectorsAsImagesWithZeroInTheMiddle) {
    test::SampleRun run = test::make_sample_run();
    run.spectra["right_singular_vectors"] = {
        {"layer", "fc1"}, {"image_shape", {1, 1, 3}}, {"vectors", {{-2, 0, 1}, {0, 0, 0}}}};
    const std::string page = page_of(run);
    const auto shown = [&](std::vector<std::uint8_t> pixels) {
        return contains(page, base64(data::encode_png({3, 1, std::move(pixels)})));
    };
    EXPECT_TRUE(shown({0, 0, 0, 128, 128, 128, 191, 191, 191}));
    EXPECT_TRUE(shown({128, 128, 128, 128, 128, 128, 128, 128, 128})) << "a vector of zeros";
    EXPECT_FALSE(shown({255, 255, 255, 128, 128, 128, 64, 64, 64})) << "the same with the other sign";
    run.spectra["right_singular_vectors"] = {
        {"layer", "fc1"}, {"image_shape", {3, 1, 1}}, {"vectors", {{1, 0, -1}}}};
    EXPECT_TRUE(contains(page_of(run), base64(data::encode_png({1, 1, {255, 128, 0}}))))
        << "channels are colors";
}

TEST(Report, LeavesOutWhatWasNotMeasuredAndSaysHow) {
    test::SampleRun run = test::make_sample_run();
    run.sweep = nullptr;
    run.spectra = nullptr;
    run.fine_tunings.clear();
    const std::string page = page_of(run);
    EXPECT_FALSE(contains(page, "<section id=\"accuracy\">"));
    EXPECT_FALSE(contains(page, "<section id=\"fine-tuning\">"));
    EXPECT_TRUE(contains(page, "<section id=\"training\">"));
    EXPECT_TRUE(contains(page, "eckart sweep net.safetensors --data DATA --run "));
    EXPECT_TRUE(contains(page, "eckart finetune small.safetensors"));
    EXPECT_FALSE(contains(page, "eckart compress net.safetensors --rank 50 -o small.safetensors --run /"));
}

TEST(Report, SaysSoWhenTheFilesAreNotOfOneStudy) {
    const std::string words = "<p class=\"note\">These results are not of one ";
    test::SampleRun run = test::make_sample_run();
    EXPECT_FALSE(contains(page_of(run), words));
    run.sweep["dense"]["parameters"] = 27178;
    EXPECT_TRUE(
        contains(page_of(run), words + "network: sweep.json has 27,178 parameters, training.json, "
                                       "compression.json, finetune-r20.json and finetune-r50.json 7,087,010. "
                                       "Use one folder per study."));
    run.training = nullptr;
    run.compression = nullptr;
    for (Json& tuning : run.fine_tunings) tuning.erase("dense");
    EXPECT_FALSE(contains(page_of(run), words)) << "a factored network alone";

    run = test::make_sample_run();
    run.compression["run_record"]["data_checksum"] = "";
    EXPECT_FALSE(contains(page_of(run), words)) << "compression needs no data";
    run.sweep["run_record"]["data_checksum"] = "<b>other";
    EXPECT_TRUE(contains(page_of(run),
                         "and finetune-r50.json have data with the checksum sha256:000000000000..., "
                         "sweep.json &lt;b&gt;other. Use one folder per study."));
}

TEST(Report, ComparesTheTrainedNetworkWithTheSweptOne) {
    const std::string words = "training.json ends with a test accuracy of 53.86\u00a0%, sweep.json has 53.85";
    test::SampleRun run = test::make_sample_run();
    run.training["epochs"][6]["test_accuracy"] = 0.5386;
    EXPECT_TRUE(contains(page_of(run), words));
    run.sweep["run_record"]["threads"] = 1;
    EXPECT_FALSE(contains(page_of(run), words)) << "one image may turn by rounding alone";
    run.training["epochs"][6]["test_accuracy"] = 0.45;
    EXPECT_TRUE(contains(page_of(run), "not of one network"));
    run.training["outcome"] = "interrupted";
    EXPECT_FALSE(contains(page_of(run), "not of one network"));
    run.training["outcome"] = "completed";
    run.training["data"]["test_count"] = 500;
    EXPECT_FALSE(contains(page_of(run), "not of one network"));
}

TEST(Report, ShowsAFactoredLayerThatStaysAsItWas) {
    test::SampleRun run = test::make_sample_run();
    Json& layer = run.compression["layers"][1];
    layer["factored"] = false;
    layer["rank"] = 9;
    layer["why"] = "has rank 9 already";
    layer["parameters_before"] = layer["parameters_after"] = 9 * 2000 + 1000;
    const std::string page = page_of(run);
    EXPECT_TRUE(contains(page, "<td>as it was (rank 9)</td>"));
    EXPECT_TRUE(contains(page, "res1.layer1 stays as it was: has rank 9 already."));
    EXPECT_TRUE(contains(page, "<td>dense</td>"));
    EXPECT_TRUE(contains(page, "fc2 stays dense: "));
}

TEST(Report, AcceptsWhatIsNoNumber) {
    test::SampleRun run = test::make_sample_run();
    run.fine_tunings[0]["moved"][1]["relative_change"] = nullptr;
    run.fine_tunings[0]["compressed"]["test_loss"] = nullptr;
    run.sweep["dense"]["test_loss"] = nullptr;
    run.sweep["points"][0]["test_loss"] = nullptr;
    for (Json& epoch : run.training["epochs"]) epoch["test_loss"] = nullptr;
    const std::string page = page_of(run);
    EXPECT_TRUE(contains(page,
                         "tensors changed by 21.2\u00a0% (fc1.0.weight) to 34.1\u00a0% (fc2.0.weight). "
                         "From zero: fc1.1.weight."));
    EXPECT_FALSE(contains(page, "(nan)"));
}

TEST(Report, GivesNoStandardErrorOfAFewImages) {
    test::SampleRun run = test::make_sample_run();
    EXPECT_TRUE(contains(page_of(run),
                         "Accuracy is the share of 10,000\u00a0test images; by chance alone it has a "
                         "standard error of 0.5\u00a0points."));
    run.sweep["data"]["test_count"] = 1;
    EXPECT_TRUE(contains(page_of(run), "Accuracy is the share of 1\u00a0test image.</li>"));
}

TEST(Report, RefusesAFolderWithoutARun) {
    const eckart::test::ScratchFolder folder;
    EXPECT_THROW(write_report(folder.path(), {}), FormatError);
    EXPECT_THROW(write_report(folder / "missing", {}), IoError);
    EXPECT_FALSE(std::filesystem::exists(folder / "report.html"));
}

TEST(Report, ReplacesOnlyWhereAllowed) {
    const eckart::test::ScratchFolder folder;
    test::write_sample_run(test::make_sample_run(), folder.path());
    ReportOptions options;
    options.plot_files = false;
    write_file(folder / "report.html", "mine", Overwrite::kRefuse);
    options.overwrite = Overwrite::kRefuse;
    EXPECT_THROW(write_report(folder.path(), options), IoError);
    EXPECT_EQ(read_file(folder / "report.html", 100), "mine");
    options.overwrite = Overwrite::kReplace;
    write_report(folder.path(), options);
    EXPECT_NE(read_file(folder / "report.html", 64U << 20U), "mine");
}

}  // namespace
}  // namespace eckart::report
