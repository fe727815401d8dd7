// Files of a run directory that are not what they should be: one clear FormatError, never a crash.
#include <gtest/gtest.h>

#include <functional>
#include <ostream>
#include <string>

#include "eckart/core/error.hpp"
#include "eckart/report/report.hpp"
#include "report/checked_json.hpp"
#include "report/format.hpp"
#include "report/html.hpp"
#include "report/plot.hpp"
#include "sample_run.hpp"
#include "scratch_folder.hpp"

namespace eckart::report {
namespace {

struct Case {
    const char* name;
    std::function<void(test::SampleRun&)> damage;
    const char* message;  ///< what the error must hold
};

void PrintTo(const Case& instance, std::ostream* out) {
    *out << instance.name;
}

std::string error_of(const test::SampleRun& run) {
    const eckart::test::ScratchFolder folder;
    test::write_sample_run(run, folder.path());
    ReportOptions options;
    options.plot_files = false;
    try {
        write_report(folder.path(), options);
    } catch (const FormatError& error) {
        EXPECT_FALSE(std::filesystem::exists(folder / "report.html"));
        return error.what();
    }
    return "(no error)";
}

class Malformed : public testing::TestWithParam<Case> {};

TEST_P(Malformed, IsRefusedByFileAndField) {
    test::SampleRun run = test::make_sample_run();
    GetParam().damage(run);
    const std::string message = error_of(run);
    EXPECT_NE(message.find(GetParam().message), std::string::npos) << message;
}

using Run = test::SampleRun;

INSTANTIATE_TEST_SUITE_P(
    Files, Malformed,
    testing::Values(
        Case{"Schema", [](Run& r) { r.sweep["schema"] = "eckart.sweep/2"; },
             "sweep.json: 'schema' must be 'eckart.sweep/1'"},
        Case{"NoSchema", [](Run& r) { r.data.erase("schema"); }, "data.json: 'schema' is missing"},
        Case{"Array",
             [](Run& r) {
                 r.training = Json::array({1, 2});
             },
             "training.json: the document must be an object, found an array"},
        Case{"TextForNumber", [](Run& r) { r.sweep["points"][3]["rank"] = "20"; },
             "sweep.json: 'points[3].rank' must be a whole number of at least 0, found \"20\""},
        Case{"NegativeCount", [](Run& r) { r.sweep["dense"]["parameters"] = -1; },
             "sweep.json: 'dense.parameters' must be a whole number"},
        Case{"FractionalCount", [](Run& r) { r.compression["rank"] = 2.5; },
             "compression.json: 'rank' must be a whole number"},
        Case{"HugeCount", [](Run& r) { r.compression["rank"] = 18446744073709551615U; },
             "compression.json: 'rank' must be a whole number"},
        Case{"AccuracyAboveOne", [](Run& r) { r.sweep["points"][0]["test_accuracy"] = 53.8; },
             "'points[0].test_accuracy' must be a number from 0 to 1, found 53.8"},
        Case{"NullNumber", [](Run& r) { r.sweep["dense"]["test_accuracy"] = nullptr; },
             "'dense.test_accuracy' must be a number, found null"},
        Case{"NegativeTime", [](Run& r) { r.sweep["points"][0]["latency"][1]["seconds"]["low"] = -0.1; },
             "'points[0].latency[1].seconds.low' must be a number of at least 0"},
        Case{"MissingField", [](Run& r) { r.training["epochs"][2].erase("train_loss"); },
             "training.json: 'epochs[2].train_loss' is missing"},
        Case{"ObjectForArray", [](Run& r) { r.training["epochs"] = Json::object(); },
             "'epochs' must be an array, found an object"},
        Case{"NumberForText", [](Run& r) { r.spectra["layers"][0]["name"] = 7; },
             "spectra.json: 'layers[0].name' must be a text, found 7"},
        Case{"NumberForFlag", [](Run& r) { r.compression["layers"][0]["factored"] = 1; },
             "'layers[0].factored' must be true or false, found 1"},
        Case{"TextAmongNumbers", [](Run& r) { r.spectra["layers"][1]["singular_values"][5] = "x"; },
             "'layers[1].singular_values[5]' must be a finite number"},
        Case{"RisingSpectrum", [](Run& r) { r.spectra["layers"][1]["singular_values"][5] = 1e9; },
             "the singular values of 'res1.layer1' must be descending"},
        Case{"ShortVector",
             [](Run& r) {
                 r.spectra["right_singular_vectors"]["vectors"][2] = {1, 2};
             },
             "vectors[2]' must have 3072 numbers, found 2"},
        Case{"TwoChannels", [](Run& r) { r.spectra["right_singular_vectors"]["image_shape"][0] = 2; },
             "image_shape' must be three numbers"},
        Case{"HugeImage",
             [](Run& r) {
                 r.spectra["right_singular_vectors"]["image_shape"] = {3, 1000000, 1000000};
             },
             "image_shape' must be three numbers"},
        Case{"FineTuning", [](Run& r) { r.fine_tunings[0]["compressed"] = 3; },
             "finetune-r20.json: 'compressed' must be an object, found 3"},
        Case{"RecordIsText", [](Run& r) { r.data["run_record"] = "x"; },
             "data.json: 'run_record' must be an object, found \"x\""}),
    [](const testing::TestParamInfo<Case>& instance) { return std::string(instance.param.name); });

TEST(MalformedText, IsRefusedWithThePlace) {
    const eckart::test::ScratchFolder folder;
    std::string wide = "{";
    for (int i = 0; i < 100'000; ++i) wide += "\"" + std::to_string(i) + "\":0,";
    const std::string deep = std::string(1'000'000, '[') + std::string(1'000'000, ']');
    // The last two would exhaust the stack and take hours.
    for (const std::string& text :
         {std::string(), std::string("{"), std::string("{\"schema\": \"eckart.data/1\"} more"),
          std::string("nonsense"), std::string("[[["), std::string("{\"a\": 1e999}"),
          std::string("\"\\ud800\""),
          "{\"schema\": \"eckart.data/1\", \"run_record\": {\"a\": " + deep + "}}", wide + "\"a\": 0}"}) {
        write_file(folder / "data.json", text, Overwrite::kReplace);
        try {
            write_report(folder.path(), {});
            ADD_FAILURE() << "accepted: " << text.substr(0, 80);
        } catch (const FormatError& error) {
            EXPECT_NE(std::string(error.what()).find("data.json"), std::string::npos) << error.what();
        }
    }
}

TEST(MalformedText, EveryValueMayBeOfAnyTypeWithoutACrash) {
    // Replaces, one at a time, every value of every document by one of another type.
    const test::SampleRun sound = test::make_sample_run();
    const auto visit = [&](Json test::SampleRun::*member) {
        test::SampleRun run;  // of this document alone
        Json& document = run.*member;
        document = sound.*member;
        const Json flat = document.flatten();
        for (const auto& [pointer, value] : flat.items()) {
            for (const Json& other : {Json(nullptr), Json("text"), Json(-1), Json::array(), Json::object()}) {
                Json& place = document[Json::json_pointer(pointer)];
                place = other;
                error_of(run);  // a FormatError or a report, nothing else
                place = value;
            }
        }
        return flat.size();
    };
    EXPECT_GT(visit(&test::SampleRun::compression), 50u);
    EXPECT_GT(visit(&test::SampleRun::data), 50u);
    EXPECT_GT(visit(&test::SampleRun::training), 50u);
}

TEST(Escaping, CoversTextAttributesAndScripts) {
    EXPECT_EQ(escape_html("<b a=\"1\" c='2'>&\x01"), "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp; ");
    EXPECT_EQ(script_safe("a = '</script>'"), "a = '<\\/script>'");
    EXPECT_EQ(json_in_script("{\"a\":\"<!--<script>\"}"), "{\"a\":\"\\u003c!--\\u003cscript>\"}");
    EXPECT_EQ(fill_template("{{a}}-{{b}}", {{"a", "{{b}}"}, {"b", "x"}}), "{{b}}-x");
    EXPECT_THROW(fill_template("{{a}}", {}), std::out_of_range);
}

TEST(Escaping, KeepsHostileNamesOutOfTheMarkup) {
    const std::string hostile = "<script>alert(1)</script>'\"><img src=x>";
    test::SampleRun run = test::make_sample_run();
    run.data["name"] = hostile;
    run.data["warnings"] = {hostile};
    run.training["outcome"] = hostile;
    run.training["options"][hostile] = hostile;
    run.spectra["layers"][0]["name"] = hostile;
    run.compression["layers"][5]["why"] = hostile;
    run.sweep["run_record"][hostile] = hostile;
    const eckart::test::ScratchFolder folder;
    test::write_sample_run(run, folder.path());
    ReportOptions options;
    options.plot_files = false;
    const std::string page = read_file(write_report(folder.path(), options), 64U << 20U);
    EXPECT_EQ(page.find("<script>alert"), std::string::npos);
    EXPECT_EQ(page.find("<img src=x"), std::string::npos);
    EXPECT_NE(page.find("&lt;script&gt;alert(1)"), std::string::npos);
    EXPECT_NE(page.find("\\u003cscript>alert(1)"), std::string::npos);
}

}  // namespace
}  // namespace eckart::report
