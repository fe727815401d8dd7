// The list of software in use against the built program, the build's dependencies, the page and the
// documents.
#include "report/third_party.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "eckart/core/atomic_file.hpp"
#include "eckart/report/report.hpp"
#include "report/assets.hpp"
#include "report/format.hpp"
#include "report/process.hpp"
#include "sample_run.hpp"
#include "scratch_folder.hpp"

namespace eckart::report {
namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

constexpr std::size_t kLimit = 64U << 20U;

/// The first group of every match, in order.
Names matches(const std::string& text, const char* pattern) {
    const std::regex expression(pattern);
    Names found;
    for (std::sregex_iterator match(text.begin(), text.end(), expression), end; match != end; ++match)
        found.push_back((*match)[1]);
    return found;
}

/// The shared libraries that a program or library asks for, without ".so.N".
Names needed_libraries(const fs::path& file) {
    const eckart::test::ScratchFolder folder;
    const ProcessResult result = run_process("readelf", {"-d", file.string()}, folder / "dynamic");
    EXPECT_TRUE(result.found && result.status == 0) << result.output;
    return matches(read_file(folder / "dynamic", kLimit), R"(\(NEEDED\)[^\[]*\[([^\]]+)\.so[.0-9]*\])");
}

/// Those that no row of the list has.
Names unlisted(const Names& libraries, const std::vector<ThirdParty>& list) {
    Names result;
    for (const std::string& library : libraries) {
        if (std::ranges::none_of(list, [&](const ThirdParty& part) {
                return std::ranges::find(part.libraries, library) != part.libraries.end();
            })) {
            result.push_back(library);
        }
    }
    return result;
}

std::string source(const std::string& path) {
    return read_file(fs::path(ECKART_SOURCE_DIR) / path, kLimit);
}

TEST(ThirdParty, ListsEveryLibraryThatIsLinked) {
    for (const char* file : {ECKART_BINARY, ECKART_LIBRARY}) {
        const Names needed = needed_libraries(file);
        EXPECT_GE(needed.size(), 10U) << file;
        EXPECT_EQ(unlisted(needed, third_party()), Names{}) << file;
    }
}

TEST(ThirdParty, ThatComparisonNoticesALibraryMore) {
    Names needed = needed_libraries(ECKART_BINARY);
    needed.emplace_back("libsurprise");
    EXPECT_EQ(unlisted(needed, third_party()), Names{"libsurprise"});
    std::vector<ThirdParty> list = third_party();
    std::erase_if(list, [](const ThirdParty& part) { return part.name == "libcurl"; });
    needed.pop_back();
    EXPECT_EQ(unlisted(needed, list), Names{"libcurl"});
}

TEST(ThirdParty, ListsEveryDependencyOfTheBuildThatIsNotOfTestsAlone) {
    const std::string cmake = source("cmake/Dependencies.cmake");
    const Names all = matches(cmake.substr(0, cmake.find("\nif(ECKART_BUILD_TESTS)")),
                              R"(\n *eckart_(?:package|pkgconfig)\(([A-Za-z0-9_]+) )");
    std::set<std::string> found(all.begin(), all.end());
    // Nothing of these two gets in.
    EXPECT_EQ(found.erase("OpenCL") + found.erase("PkgConfig"), 2U);
    std::set<std::string> listed;
    for (const ThirdParty& part : third_party()) {
        if (!part.package.empty()) listed.insert(part.package);
    }
    EXPECT_EQ(found, listed);
    EXPECT_GE(found.size(), 14U);
}

TEST(ThirdParty, KnowsTheVersionsOfAllThatIsBuiltIn) {
    for (const ThirdParty& part : third_party()) {
        if (part.package.empty()) continue;
        EXPECT_TRUE(std::regex_search(part.version, std::regex("^[0-9]+\\.[0-9]+")))
            << part.name << part.version;
    }
}

TEST(ThirdParty, IsTheListOfTheDocuments) {
    const std::string page = source("docs/developer/licenses.md");
    Names documented = matches(page, R"(\n\| ([A-Za-z][^|]* \| [^|]+ \| [^|]+) \|)");
    Names expected{"software | license | how"};
    for (const ThirdParty& part : third_party()) {
        const std::string row = part.name + " | " + part.license + " | " + to_string(part.use);
        // Which OpenMP it is depends on the compiler, and ONNX Runtime is optional; the document has all.
        if (part.package != "OpenMP") expected.push_back(row);
        EXPECT_NE(std::ranges::find(documented, row), documented.end()) << row;
    }
    std::erase_if(documented,
                  [](const std::string& row) { return row.find("untime |") != std::string::npos; });
    std::erase_if(expected, [](const std::string& row) { return row.find("untime |") != std::string::npos; });
    EXPECT_EQ(documented, expected);
}

TEST(ThirdParty, TheDebianCopyrightFileNamesWhatIsInlined) {
    const std::string text = source("packaging/debian-copyright");
    for (const char* words :
         {"Copyright: 2026, the Eckart authors", "License: BSD-3-Clause", "Chart.js Contributors",
          "Jukka Kurkela", "License: Expat", "Permission is hereby granted"}) {
        EXPECT_NE(text.find(words), std::string::npos) << words;
    }
}

TEST(KeptNotices, AreOneLineEach) {
    EXPECT_EQ(kept_notices("/*!\n * A v1\n * (c) me\n */x=1;/* no */\n/*! B */y"),
              (Names{"A v1 · (c) me", "B"}));
    EXPECT_EQ(kept_notices("x = 1; /*! cut off"), Names{});
}

TEST(Licenses, AreOnThePageWithTheNoticesOfWhatItHolds) {
    const eckart::test::ScratchFolder folder;
    test::write_sample_run(test::make_sample_run(), folder.path());
    ReportOptions options;
    options.plot_files = false;
    const std::string page = read_file(write_report(folder.path(), options), kLimit);
    const Names notices = kept_notices(assets::chart_library());
    ASSERT_FALSE(notices.empty());
    EXPECT_NE(notices[0].find("Chart.js"), std::string::npos);
    for (const std::string& notice : notices) {
        EXPECT_NE(notice.find("(c)"), std::string::npos) << notice;
        EXPECT_NE(page.find("<p>" + escape_html(notice) + "</p>"), std::string::npos) << notice;
    }
    for (const char* words : {"Permission is hereby granted, free of charge", "THE SOFTWARE IS PROVIDED",
                              "(c) 2026, the Eckart authors", "<td>MPL-2.0</td>"}) {
        EXPECT_NE(page.find(words), std::string::npos) << words;
    }
}

}  // namespace
}  // namespace eckart::report
